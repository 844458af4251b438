// A shop that nobody runs: three services with the functions, endpoints and calls that such services have. What the web
// app is tested and looked at with.

import type { EndpointKind } from '@prodlens/protocol';
import { CHECKOUT } from './shop-checkout.js';

export interface ShopFunction {
  name: string;
  file: string;
  line: number;
  package?: string;
  /** Calls a minute at noon, and the median, ms. */
  rate: number;
  ms: number;
  /** Share of the calls that fail. */
  errors?: number;
  /** Of its time: what is its own, and of that what is running code. */
  own?: number;
  busy?: number;
  /** In the later version: times as slow, and the share of calls that fail. */
  slower?: number;
  failing?: number;
  kind?: 'function' | 'arrow' | 'method';
}

export interface ShopEndpoint {
  kind: EndpointKind;
  method: string;
  route: string;
  rate: number;
  ms: number;
  errors?: number;
  /** Shares of its time. */
  database: number;
  outbound: number;
  /** Names of functions that it goes through, with the calls of each in one request. */
  through: Array<[name: string, calls: number]>;
  slower?: number;
  failing?: number;
}

export interface ShopService {
  service: string;
  packageName: string;
  versions: [string, string];
  functions: ShopFunction[];
  endpoints: ShopEndpoint[];
  calls: Array<[caller: string, callee: string]>;
}

const CATALOGUE: ShopService = {
  service: 'catalogue',
  packageName: '@shop/catalogue',
  versions: ['5.11.2', '5.12.0'],
  functions: [
    { name: 'searchProducts', file: 'src/search/search.ts', line: 37, rate: 2_600, ms: 41, own: 0.2 },
    { name: 'rank', file: 'src/search/rank.ts', line: 12, rate: 2_600, ms: 9.2, own: 0.9, busy: 1 },
    { name: 'tokenize', file: 'src/search/tokenize.ts', line: 5, rate: 2_600, ms: 0.08, own: 1, busy: 1 },
    { name: 'productById', file: 'src/products/products.ts', line: 22, rate: 3_900, ms: 3.2, own: 0.3 },
    { name: 'resizeImage', file: 'src/images/resize.ts', line: 17, rate: 120, ms: 88, own: 0.95, busy: 0.98 },
    {
      name: 'Index.refresh',
      file: 'src/search/index.ts',
      line: 140,
      rate: 2,
      ms: 910,
      own: 0.8,
      busy: 0.9,
      kind: 'method',
    },
  ],
  endpoints: [
    {
      kind: 'http',
      method: 'GET',
      route: '/search',
      rate: 2_600,
      ms: 44,
      database: 0.1,
      outbound: 0.4,
      through: [
        ['searchProducts', 1],
        ['rank', 1],
        ['tokenize', 1],
      ],
    },
    {
      kind: 'http',
      method: 'GET',
      route: '/products/:id',
      rate: 3_900,
      ms: 5,
      database: 0.7,
      outbound: 0,
      errors: 0.001,
      through: [['productById', 1]],
    },
    {
      kind: 'http',
      method: 'GET',
      route: '/images/:id',
      rate: 120,
      ms: 92,
      database: 0,
      outbound: 0,
      through: [['resizeImage', 1]],
    },
  ],
  calls: [
    ['searchProducts', 'tokenize'],
    ['searchProducts', 'rank'],
  ],
};

const LEDGER: ShopService = {
  service: 'ledger',
  packageName: '@shop/ledger',
  versions: ['1.8.4', '1.8.5'],
  functions: [
    { name: 'post', file: 'src/ledger.ts', line: 31, rate: 210, ms: 12, own: 0.3 },
    { name: 'balance', file: 'src/ledger.ts', line: 77, rate: 96, ms: 7.4, own: 0.2 },
    { name: 'exportDay', file: 'src/export.ts', line: 12, rate: 1, ms: 2_300, own: 0.5, busy: 0.4, errors: 0.1 },
  ],
  endpoints: [
    {
      kind: 'http',
      method: 'POST',
      route: '/entries',
      rate: 210,
      ms: 14,
      database: 0.8,
      outbound: 0,
      through: [['post', 1]],
    },
    {
      kind: 'http',
      method: 'GET',
      route: '/accounts/:id',
      rate: 96,
      ms: 8,
      database: 0.8,
      outbound: 0,
      through: [['balance', 1]],
    },
    {
      kind: 'timer',
      method: 'cron',
      route: 'export the day',
      rate: 1,
      ms: 2_320,
      database: 0.3,
      outbound: 0.2,
      errors: 0.1,
      through: [['exportDay', 1]],
    },
  ],
  calls: [],
};

export const SHOP = [CHECKOUT, CATALOGUE, LEDGER];
