// What index.ts gives, for programs in CommonJS: their compiler, told to resolve as Node 16 did, refuses the types of an
// ES module, though Node itself loads one by `require`.

import type * as collectors from './index.js' with { 'resolution-mode': 'import' };

declare namespace collector {
  type Collector = collectors.Collector;
  type CollectorOptions = collectors.CollectorOptions;
  type ErrorCode = collectors.ErrorCode;
  type ProdlensError = collectors.ProdlensError;
}
const collector: typeof collectors = require('./index.js');
export = collector;
