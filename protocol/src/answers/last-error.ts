// What went wrong last in a function: enough for one line and a link. The values that were captured with it, and the
// error's message, are read under the snapshot's own address, by those who may.

export interface LastError {
  /** Of the snapshot. */
  snapshotId: string;
  takenUnixMs: number;
  service: string;
  environment: string;
  /** FunctionStats.id. */
  functionId: string;
  /** error.type: the name of its class. */
  type: string;
  /** "GET /orders/:id", "bullmq confirmations"; null outside of any flow. */
  endpoint: string | null;
}

/** Of one function in one environment; and of all together. */
export const LAST_ERRORS_OF_A_FUNCTION = 3;
export const LAST_ERRORS = 300;
