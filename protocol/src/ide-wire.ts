// What a language server and the collector say to each other over /v1/ide: JSON, one message a WebSocket frame.
//
// A session: the collector says welcome, then the catalog (and again whenever a service or one of its files is
// new). The language server subscribes to the files that are open; each subscribe replaces the one before. For
// each subscribed file the collector sends its functions at once, then again whenever a number changed.

import { array, fail, integer, record, string } from './check.js';
import type { FunctionStats } from './function-stats.js';

export const IDE_PROTOCOL = 1;
export const IDE_LIMITS = { frameBytes: 1024 * 1024, files: 1_024, stringLength: 4_096 } as const;

export interface IdeFile {
  service: string;
  /** As FunctionStats.file. */
  file: string;
}

export interface IdeSubscribe {
  type: 'subscribe';
  /** Window of the numbers, in seconds, up to now. */
  windowSeconds: number;
  files: IdeFile[];
}

export interface CatalogService {
  service: string;
  /** Name in the service's package.json; '' when unknown. */
  packageName: string;
  /** Absolute roots under which instances of the service ran, newest first, at most 8. */
  roots: string[];
  environments: string[];
  /** service.version of the current deployment. */
  version: string;
  /** The service's own original files, relative to its root; underlying packages are not listed. */
  files: string[];
}

export interface IdeWelcome {
  type: 'welcome';
  protocol: number;
  collectorVersion: string;
}
export interface IdeCatalog {
  type: 'catalog';
  services: CatalogService[];
}
export interface IdeFunctions extends IdeFile {
  type: 'functions';
  windowSeconds: number;
  /** Every known function of the file, also those without a call in the window (calls = 0), in every environment. */
  functions: FunctionStats[];
}
export interface IdeError {
  type: 'error';
  /** PRODLENS_ERR_… */
  code: string;
  message: string;
}
export type CollectorToIde = IdeWelcome | IdeCatalog | IdeFunctions | IdeError;

/** Checks what a language server sent; throws DecodeError. */
export function decodeIdeMessage(value: unknown): IdeSubscribe {
  const message = record(value, 'message');
  if (message.type !== 'subscribe') fail('message.type', 'is not subscribe');
  const windowSeconds = integer(message.windowSeconds, 'windowSeconds');
  if (windowSeconds < 60 || windowSeconds > 90 * 86_400) fail('windowSeconds', 'is not within 60 to 7776000');
  return {
    type: 'subscribe',
    windowSeconds,
    files: array(message.files, 'files', IDE_LIMITS.files, (item, at) => {
      const file = record(item, at);
      return {
        service: string(file.service, `${at}.service`, IDE_LIMITS.stringLength),
        file: string(file.file, `${at}.file`, IDE_LIMITS.stringLength),
      };
    }),
  };
}
