// Sensors, services and deployments as the API shows them.

import type { CaptureFacts, ProcessFigures, SensorSummary } from '@prodlens/protocol';
import { Type } from 'typebox';
import type { ServiceSummary } from '../../query/query.js';
import type { SensorMinute } from '../../query/sensors.js';
import { describing, integer, nullable, number, object, oneOf, text, unixMs } from './schema.js';

const figures = {
  cpuShare: Type.Number({ description: 'Of one processor: 1.5 is one and a half' }),
  rssBytes: number,
  heapUsedBytes: number,
  eventLoopUtilization: Type.Number({ description: '0 to 1' }),
  eventLoopDelayP50Ns: number,
  eventLoopDelayP99Ns: number,
  eventLoopDelayMaxNs: number,
  gcPerMinute: number,
  gcShare: Type.Number({ description: "Share of the time that collections held the program's thread, 0 to 1" }),
};
const processFigures = describing<ProcessFigures>()(object(figures, { title: 'ProcessFigures' }));

const captureFacts = describing<CaptureFacts>()(
  object(
    {
      mode: oneOf(['off', 'shape', 'redacted']),
      fault: nullable(Type.String({ description: 'Why nothing is captured though it was asked for' })),
      taken: integer,
      suppressed: Type.Integer({ description: 'Not taken: beyond the budget' }),
      dropped: Type.Integer({ description: 'Lost: no room while the collector was away' }),
      refused: Type.Integer({ description: 'Not kept: something in them looked like a secret' }),
      refusal: nullable(Type.String({ description: 'Why the last one was not kept' })),
    },
    { title: 'CaptureFacts' },
  ),
);

export const sensorSummary = describing<SensorSummary>()(
  object(
    {
      instance: text,
      service: text,
      environment: text,
      version: text,
      revision: text,
      host: text,
      pid: integer,
      runtime: text,
      sensorVersion: text,
      firstSeenUnixMs: unixMs,
      lastSeenUnixMs: unixMs,
      functions: nullable(Type.Integer({ description: 'null, with all that follows, before the first window' })),
      modules: nullable(integer),
      skipped: nullable(Type.Record(Type.String(), integer, { description: 'Modules left as they were, by reason' })),
      shedLevel: nullable(
        Type.Integer({ description: 'What the sensor has given up to cost less: 0 nothing, up to 4' }),
      ),
      measuring: nullable(Type.Boolean()),
      mergedWindows: nullable(integer),
      droppedWindows: nullable(integer),
      droppedSamples: nullable(integer),
      droppedEdges: nullable(integer),
      droppedFlows: nullable(integer),
      unknownLibraries: nullable(
        Type.Record(Type.String(), integer, {
          description: 'Files of libraries in which what is looked for is not there',
        }),
      ),
      sensorCpuMsPerSecond: nullable(number),
      inlineCpuMsPerSecond: nullable(number),
      sensorBytes: nullable(number),
      capture: nullable(captureFacts),
      process: nullable(processFigures),
    },
    { title: 'Sensor' },
  ),
);

export const sensorMinute = describing<SensorMinute>()(
  object(
    { startUnixMs: unixMs, sensorCpuMsPerSecond: number, inlineCpuMsPerSecond: number, ...figures },
    { title: 'SensorMinute' },
  ),
);

export const serviceSummary = describing<ServiceSummary>()(
  object(
    {
      service: text,
      environments: Type.Array(text),
      version: Type.String({ description: 'Of the current deployment' }),
      lastSeenUnixMs: unixMs,
      reportingInstances: Type.Integer({ description: 'Instances that reported within the last minute' }),
    },
    { title: 'Service' },
  ),
);
