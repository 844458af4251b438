// From which duration on a call, or a request, job or run, counts as slow: what the collector tells sensors, function by
// function and endpoint by endpoint, so that they keep what a slow one was about.

import { array, integer, number, record, string } from '../check.js';
import { decodeEndpointPlace, ENDPOINT_LIMITS, type EndpointPlace } from './endpoint-wire.js';

export interface SlowThreshold {
  /** As in FunctionPlace. */
  function: { file: string; name: string; ordinal: number };
  slowNs: number;
}

export interface SlowEndpoint {
  endpoint: EndpointPlace;
  slowNs: number;
}

/** In one message; of endpoints there are at most ENDPOINT_LIMITS.endpoints. */
const SLOW_THRESHOLDS = 2_000;
const LONGEST_TEXT = 4_096;

/** Throws DecodeError. */
export function decodeSlowThresholds(value: unknown, at: string): SlowThreshold[] {
  return array(value, at, SLOW_THRESHOLDS, (item, where) => {
    const { function: of, slowNs } = record(item, where);
    const place = record(of, `${where}.function`);
    return {
      function: {
        file: string(place.file, `${where}.function.file`, LONGEST_TEXT),
        name: string(place.name, `${where}.function.name`, LONGEST_TEXT),
        ordinal: integer(place.ordinal, `${where}.function.ordinal`),
      },
      slowNs: number(slowNs, `${where}.slowNs`),
    };
  });
}

/** Throws DecodeError. */
export function decodeSlowEndpoints(value: unknown, at: string): SlowEndpoint[] {
  return array(value, at, ENDPOINT_LIMITS.endpoints, (item, where) => {
    const { endpoint, slowNs } = record(item, where);
    return {
      endpoint: decodeEndpointPlace(record(endpoint, `${where}.endpoint`), `${where}.endpoint`),
      slowNs: number(slowNs, `${where}.slowNs`),
    };
  });
}
