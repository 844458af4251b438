// What explains an alert beyond its numbers: the functions that carry the added time, the error that is thrown and where,
// the commits that touched the functions, where else the same cause shows. Each part is there only where it is known.

import type { AlertKind, AlertPlace } from './alert.js';

/** A function whose time in the whole (a function's calls, an endpoint's requests) grew. */
export interface AlertCarrier {
  functionId: string;
  file: string;
  name: string;
  /** 1-based, where the version has it. */
  line: number;
  /** The version in which it grew; '' where it began without a deployment. */
  version: string;
  /** Growth in ns of each call of the whole: of the function's own time, or of a callee's time. */
  addedNs: number;
  /** Of the whole's growth; above 1 where others became faster or calls ran side by side. */
  share: number;
  /** It took no time in the whole before. */
  isNew: boolean;
}

/** The error that an alert is about. */
export interface AlertError {
  /** error.type: the name of its class. */
  type: string;
  fingerprint: string;
  /** Where it was thrown, as the snapshot has it; null where that is not known. */
  file: string | null;
  /** 1-based. */
  line: number | null;
  /** The newest snapshot of it. */
  snapshotId: string;
}

/** A commit of the deployment that touched what the alert is about. */
export interface AlertSuspect {
  revision: string;
  author: string;
  /** Its first line. */
  subject: string;
  /** '' where none is known. */
  link: string;
  file: string;
  /** The function that it touched; null: the file, outside of functions that are known. */
  function: string | null;
}

/** Where the cause of an alert shows as well: what has an alert for itself that nobody need be told of. */
export interface AlertReached {
  alertId: string;
  kind: AlertKind;
  title: string;
  /** null: all of the service. */
  place: AlertPlace | null;
}
