// One request, job or timer run while it is under way: what it is, what came in, and what it did. Everything in it is a
// raw reference to what the program and its libraries have, never a copy and never serialised: whoever wants to keep
// something of a flow turns it into values of its own before the flow's end is over. Then all of it is let go.

export type FlowKind = 'http' | 'job' | 'timer';

/** What came in. Values are the program's own: reading them must not run its code (getters, toJSON, proxies). */
export interface FlowRequest {
  /** Of http: as on the request line and in the headers, names in lower case. Else '' and {}. */
  method: string;
  url: string;
  headers: Record<string, unknown>;
  /** As the framework has parsed them; undefined where it has not, or not yet. Of a job: `body` is its data. */
  params(): unknown;
  query(): unknown;
  body(): unknown;
}

/** Times in an event are `performance.now()` of the program's thread, in ms. */
interface FlowEventTimes {
  startMs: number;
  /** null while it is under way. */
  durationMs: number | null;
}

/** A query of a database, or a command of a key-value store. */
export interface QueryEvent extends FlowEventTimes {
  type: 'query';
  /** db.system.name: postgresql, mysql, redis. */
  system: string;
  /** SQL text, or the command's name with what it is about. */
  text: string;
  /** As the program gave them: an array, an object of names, or the command's document. */
  parameters: unknown;
  /** Rows read or changed; null where the driver does not say. */
  rowCount: number | null;
  /** At most SAMPLE_ROWS rows of the answer; null where it has none. */
  rows: unknown[] | null;
  /** null when it went well or is under way. */
  error: unknown;
}

/** A request to another service. */
export interface OutboundEvent extends FlowEventTimes {
  type: 'outbound';
  method: string;
  url: string;
  /** http.response.status_code; null before the answer. */
  status: number | null;
  error: unknown;
}

export interface LogEvent extends FlowEventTimes {
  type: 'log';
  /** console, pino, winston. */
  logger: string;
  /** In the logger's own words. */
  level: string;
  /** What was given to the logger. */
  values: readonly unknown[];
}

/** A call of a measured function that took CALL_EVENT_MS or more. */
export interface CallEvent extends FlowEventTimes {
  type: 'call';
  /** The function's number in this process, and that of the timed function that called it, 0 for none. */
  id: number;
  caller: number;
  threw: boolean;
}

export type FlowEvent = QueryEvent | OutboundEvent | LogEvent | CallEvent;

export interface Flow {
  kind: FlowKind;
  /** GET, POST …; of a job the system (bullmq), of a timer what runs it (cron). */
  method: string;
  /** The pattern, as the framework names it, or the queue or function; null until it is known. */
  route: string | null;
  /** Asked at its end where the route is not known until then. */
  findRoute: (() => string | null) | null;
  /** null for a timer, and once the flow is over. */
  request: FlowRequest | null;
  /** `performance.now()` in ns. */
  startNs: number;
  /** null while it is under way. */
  durationNs: number | null;
  /** http.response.status_code; null before the answer, and for what has none. */
  status: number | null;
  /** Whether it went wrong: a status of 500 or more, a job or timer that threw or rejected, setFailure(). */
  failed: boolean;
  /** The last error that the framework, the job or setFailure() reported. */
  error: unknown;
  /** What the program says about it: setContext(). */
  attributes: Record<string, unknown>;
  /** At most EVENTS, in the order in which they were noted: a call when it is over, the rest when it begins. */
  events: FlowEvent[];
  droppedEvents: number;
  /** Number of its endpoint in this process; 0 until its end. */
  endpoint: number;
  /** Number of the flow among those alive, from 1 on; 0 once it is over. */
  slot: number;
  /** Time in which at least one query, and at least one request to another service, was under way. */
  database: Elapsed;
  outbound: Elapsed;
}

/** Adds up time in which something is under way, however many at once. */
export interface Elapsed {
  open: number;
  sinceMs: number;
  totalMs: number;
}

/** Events that one flow holds. */
export const EVENTS = 200;
/** Rows of an answer that an event holds. */
export const SAMPLE_ROWS = 10;
/** Shorter calls leave no event. */
export const CALL_EVENT_MS = 1;
