// What a language server and the collector say to each other over /v1/ide: JSON, one message a WebSocket frame.
//
// A session: the collector says welcome, then the catalog (and again whenever a service or one of its files is
// new). The language server subscribes to the files that are open; each subscribe replaces the one before. For
// each subscribed file the collector sends its functions at once, then again whenever a number changed. Alerts come
// behind the catalog, all that are not closed in one message, and again whenever one of them changed; so do the last
// errors, of all functions in one message.

import type { Alert } from './answers/alert.js';
import type { FunctionStats } from './answers/function-stats.js';
import type { LastError } from './answers/last-error.js';
import { array, fail, integer, nullable, record, string } from './check.js';
import type { LeftOutFile } from './sensor/sensor-wire.js';

export const IDE_PROTOCOL = 1;
export const IDE_LIMITS = { frameBytes: 1024 * 1024, files: 1_024, stringLength: 4_096 } as const;

/** Alerts in one message. */
export const IDE_ALERTS = 500;

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
  /** Functions that one message may hold; without it a file's functions come in one message, however many they are. */
  functionsAMessage?: number;
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
  /** vcs.ref.head.revision of that deployment; missing where it is unknown. */
  revision?: string;
  /** The service's own original files, relative to its root; underlying packages are not listed. */
  files: string[];
  /** Files of the service that run unmeasured, with the reason. Missing where no sensor of it tells. */
  leftOut?: LeftOutFile[];
  /** Of `environments`: where measuring is switched off. Missing: nowhere. */
  measuringOff?: string[];
}

export interface IdeWelcome {
  type: 'welcome';
  protocol: number;
  collectorVersion: string;
  /** How far back numbers of functions go: a longer window is answered by this one. */
  longestWindowSeconds: number;
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
  /** Where a file's functions come in more than one message, which follow each other: which one this is, from 0. */
  part?: { index: number; count: number };
}
export interface IdeAlerts {
  type: 'alerts';
  /** All that are not closed, of every service, those that cost most first; at most IDE_ALERTS. */
  alerts: Alert[];
}
export interface IdeLastErrors {
  type: 'lastErrors';
  /** Newest first: at most LAST_ERRORS_OF_A_FUNCTION that differ of each function, LAST_ERRORS in all. */
  errors: LastError[];
}
export interface IdeError {
  type: 'error';
  /** PRODLENS_ERR_… */
  code: string;
  message: string;
}
export type CollectorToIde = IdeWelcome | IdeCatalog | IdeFunctions | IdeAlerts | IdeLastErrors | IdeError;

/** Checks what a language server sent; throws DecodeError. */
export function decodeIdeMessage(value: unknown): IdeSubscribe {
  const message = record(value, 'message');
  if (message.type !== 'subscribe') fail('message.type', 'is not subscribe');
  const windowSeconds = integer(message.windowSeconds, 'windowSeconds');
  if (windowSeconds < 60) fail('windowSeconds', 'is less than 60');
  const most = nullable(message.functionsAMessage, 'functionsAMessage', integer);
  if (most === 0) fail('functionsAMessage', 'is 0');
  return {
    type: 'subscribe',
    windowSeconds,
    ...(most !== null && { functionsAMessage: most }),
    files: array(message.files, 'files', IDE_LIMITS.files, (item, at) => {
      const file = record(item, at);
      return {
        service: string(file.service, `${at}.service`, IDE_LIMITS.stringLength),
        file: string(file.file, `${at}.file`, IDE_LIMITS.stringLength),
      };
    }),
  };
}
