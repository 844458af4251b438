// Which function a span is of, and which process it ran in: OpenTelemetry's attributes as Prodlens names things. Pure.
// Both generations of the code attributes are read; where a span has both, the present one counts.

import { posix } from 'node:path';
import type { FunctionPlace, SensorHello } from '@prodlens/protocol';
import { SENSOR_LIMITS, SENSOR_PROTOCOL } from '@prodlens/protocol';
import type { AttributeValue } from './trace-request.js';

type Attributes = Record<string, AttributeValue>;

/** The service's root where the resource does not say in which folder it runs: paths are then from the file system's. */
const FILE_SYSTEM_ROOT = '/';

/** Where the spans of a resource come from. null without service.name, or where a text of it is too long. */
export function identityOf(resource: Attributes, derivedId: (of: string) => string): SensorHello | null {
  const text = (...keys: string[]) => String(keys.map((key) => resource[key]).find((v) => v !== undefined) ?? '');
  const service = text('service.name');
  const place = {
    service,
    environment: text('deployment.environment.name', 'deployment.environment') || 'development',
    version: text('service.version'),
    revision: text('vcs.ref.head.revision'),
    host: text('host.name'),
  };
  const pid = resource['process.pid'];
  const process = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
  const identity: SensorHello = {
    type: 'hello',
    protocol: SENSOR_PROTOCOL,
    sensorVersion: `OpenTelemetry ${text('telemetry.sdk.language')} ${text('telemetry.sdk.version')}`.trim(),
    ...place,
    instance: text('service.instance.id') || derivedId(JSON.stringify([...Object.values(place), process])),
    packageName: '',
    root: slashed(text('process.working_directory')) || FILE_SYSTEM_ROOT,
    runtime: `${text('process.runtime.name')} ${text('process.runtime.version')}`.trim(),
    pid: process,
  };
  const tooLong = Object.values(identity).some((value) => String(value).length > SENSOR_LIMITS.stringLength);
  return service === '' || tooLong ? null : identity;
}

/**
 * The function that the attributes name, its file relative to the root. null where they name none, which needs a
 * function and a file. Functions of one name in one file cannot be told apart: the ordinal is always 0.
 */
export function functionOf(code: Attributes, root: string): FunctionPlace | null {
  const { 'code.function.name': full, 'code.function': short, 'code.namespace': namespace } = code;
  const name = full ?? (short !== undefined && namespace ? `${namespace}.${short}` : short);
  const path = code['code.file.path'] ?? code['code.filepath'];
  if (typeof name !== 'string' || typeof path !== 'string' || name === '' || path === '') return null;
  const file = fileOf(slashed(path.replace(/^file:\/\//, '')), root);
  if (file === '' || Math.max(name.length, file.length) > SENSOR_LIMITS.stringLength) return null;
  return {
    file,
    name,
    ordinal: 0,
    kind: 'function',
    line: place(code['code.line.number'] ?? code['code.lineno']),
    column: place(code['code.column.number'] ?? code['code.column']),
    package: /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null,
    timed: true,
  };
}

function fileOf(path: string, root: string): string {
  const installed = path.lastIndexOf('/node_modules/');
  if (installed >= 0) return path.slice(installed + 1);
  const isAbsolute = /^(\/|[a-z]:\/)/i.test(path);
  if (!isAbsolute) return posix.normalize(path).replace(/^\.\//, '');
  return posix.relative(root, path);
}

function slashed(path: string): string {
  return /^[a-z]:\\|^\\\\/i.test(path) ? path.replaceAll('\\', '/') : path;
}

/** 1-based; 1 where it is not known. */
function place(value: AttributeValue | undefined): number {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 1 ? number : 1;
}
