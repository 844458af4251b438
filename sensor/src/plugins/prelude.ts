// What stands before the modules of a bundle: it starts the sensor where it does not run yet, and where it does not
// start (it is switched off, or not there) gives the names that instrumented text uses a meaning without effect.
// It never throws, and works as the first statement of an ES module and of a CommonJS one.

import { REGISTER } from './manifest.js';
import { SENSOR_FOLDER } from './sensor-files.js';

export type BundleFormat = 'module' | 'commonjs' | 'script';

/** Names that instrumented text uses, without the sensor: one counter that nobody reads. */
const INERT: Record<string, string> = {
  $plC: 'new Int32Array(1)',
  $plT: 'new Int32Array(1)',
  $plF: 'new Int32Array(1)',
  $plN: '()=>0',
  $plX: '()=>{}',
  $plS: '()=>0',
  $plW: '(_,x)=>x',
  $plR: '(_,x)=>x',
  $plA: '()=>{}',
  $plH: '()=>{}',
  $plE: '()=>{}',
  $plK: '()=>{}',
  $plU: '{}',
  [REGISTER]: '()=>NaN',
};

/** Expression for the path or address of the running file. */
const HERE: Record<BundleFormat, string> = {
  module: 'import.meta.url',
  commonjs: '__filename',
  script: 'process.argv[1]',
};

/** Folders above the bundle's file in which the sensor's are looked for: bundlers put chunks into folders. */
const FOLDERS = ['./', '../', '../../', '../../../'];

/** Statements, in one line. */
export function prelude(format: BundleFormat, register: boolean): string {
  const inert = Object.entries(INERT).map(([name, value]) => `${name}:${value}`);
  const names = `for(const[n,value]of Object.entries({${inert.join(',')}}))`;
  const define = `n in g||Object.defineProperty(g,n,{value,writable:true,configurable:true})`;
  return `;(g=>{if("${REGISTER}"in g)return;${register ? start(format) : ''}${names}${define}})(globalThis);`;
}

function start(format: BundleFormat): string {
  const beside = FOLDERS.map((folder) => `${folder}${SENSOR_FOLDER}/register.cjs`);
  const places = JSON.stringify([...beside, '@prodlens/sensor/register']);
  const require = `process.getBuiltinModule("module").createRequire(${HERE[format]})`;
  return `try{const r=${require};for(const p of ${places})try{r(p);break}catch{}}catch{}`;
}

const HASHBANG = /^#!.*\r?\n/;
const DIRECTIVE = /^(?:#!.*)?(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*(["'])use strict\1/;

/** Offset in a bundle's file before which the prelude goes: behind "#!" and "use strict". */
export function preludeOffset(code: string): number {
  return (DIRECTIVE.exec(code) ?? HASHBANG.exec(code))?.[0].length ?? 0;
}
