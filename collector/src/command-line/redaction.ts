// `prodlens redaction try`: what would leave a process of what it captures, before and after redaction, by the same code
// that a sensor runs. With a file nothing is sent anywhere; live, a program is run with a sensor that reports to this
// command alone, on this machine.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import {
  type CapturedValue,
  DEFAULT_POLICY,
  decodePolicy,
  POLICY_FILE,
  type RedactionPolicy,
  redactSnapshot,
  SENSOR_LIMITS,
  SENSOR_PROTOCOL,
  type SensorMessage,
  type Snapshot,
} from '@prodlens/protocol';
import { Command, Option } from 'commander';
import { pack, unpack } from 'msgpackr';
import { WebSocketServer } from 'ws';
import { ProdlensError } from '../errors.js';
import { COLLECTOR_VERSION } from '../version.js';

interface TryOptions {
  policy?: string;
  mode?: Snapshot['mode'];
  live?: true;
}

export function redactionCommand(): Command {
  const command = new Command('redaction').description('See what captures let out of a process.');
  command
    .command('try')
    .usage('[options] FILE | --live -- COMMAND…')
    .argument(
      '<what...>',
      'a file of JSON, taken as the body of a request; with --live the command that runs a program',
    )
    .option('--policy <file>', `policy to try; without it ${POLICY_FILE} of the current folder, if it is there`)
    .addOption(new Option('--mode <mode>', 'in place of what the policy says').choices(['shape', 'redacted']))
    .option('--live', 'run the command, and show each of its captures; it must load the sensor itself')
    .description('Print what would leave, before and after redaction. Nothing leaves this machine.')
    .action((what: string[], options: TryOptions) => (options.live ? tryLive(what, options) : tryFile(what, options)));
  return command;
}

function tryFile(what: string[], { policy: file, mode }: TryOptions): void {
  const [path] = what as [string];
  const policy = readPolicy(file);
  const value = captured(parsed(path, read(path)));
  const before = bodyOf(value, mode ?? (policy.mode === 'shape' ? 'shape' : 'redacted'));
  const after = policy.mode === 'off' && mode === undefined ? null : redactSnapshot(before, policy);
  show('before', value);
  if (after === null) console.log('after: nothing is captured (mode off)');
  else show(`after (${after.mode}, ${after.redactions} redactions)`, after.request!.body);
}

async function tryLive([program, ...args]: string[], { policy, mode }: TryOptions): Promise<void> {
  if (policy !== undefined) throw failure('--policy is for files: a program has the policy of its own folder');
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: SENSOR_LIMITS.frameBytes });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const message = unpack(data) as SensorMessage;
      if (message.type === 'hello') {
        socket.send(
          pack({ type: 'welcome', protocol: SENSOR_PROTOCOL, collectorVersion: COLLECTOR_VERSION, lastSequence: 0 }),
        );
      } else if (message.type === 'window') {
        const fault = message.facts.capture?.fault;
        if (fault) console.error(`Nothing is captured: ${fault}`);
        socket.send(pack({ type: 'ack', sequence: message.sequence }));
      } else if (message.type === 'snapshot') {
        if (message.before) show('before', message.before);
        show(`after (${message.snapshot.mode}, ${message.snapshot.redactions} redactions)`, message.snapshot);
        socket.send(pack({ type: 'snapshotAck', id: message.snapshot.id, refused: null }));
      }
    });
  });
  const child = spawn(program!, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      PRODLENS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      PRODLENS_SHOW_UNREDACTED: 'true',
      ...(mode && { PRODLENS_CAPTURE: mode }),
    },
  });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  process.once('SIGINT', passOn).once('SIGTERM', passOn);
  try {
    const [status] = await once(child, 'close');
    process.exitCode = status ?? 1;
  } catch (error) {
    throw failure(`${program} cannot be run: ${(error as Error).message}`);
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
}

function show(title: string, value: unknown): void {
  console.log(`${title}: ${JSON.stringify(value, null, 2)}`);
}

function readPolicy(file: string | undefined): RedactionPolicy {
  const path = file ?? POLICY_FILE;
  if (file === undefined && !existsSync(path)) return DEFAULT_POLICY;
  const text = read(path);
  try {
    return decodePolicy(text);
  } catch (error) {
    throw failure(`${path}: ${(error as Error).message}`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw failure(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failure(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** A value of JSON as a sensor captures it. */
function captured(value: unknown): CapturedValue {
  if (Array.isArray(value)) return { type: 'Array', items: value.map(captured) };
  if (typeof value !== 'object' || value === null) return value as CapturedValue;
  return { type: 'Object', entries: Object.entries(value).map(([key, item]) => [key, captured(item)]) };
}

function bodyOf(body: CapturedValue, mode: Snapshot['mode']): Snapshot {
  return {
    ...{ id: '', trigger: 'failure', fingerprint: '0', suppressed: 0, flow: null, attributes: null, function: null },
    ...{ error: null, calls: [], queries: [], outbound: [], logs: [], droppedEvents: 0, redactions: 0, captureNs: 0 },
    request: { path: '', params: null, query: null, headers: null, body },
    process: { uptimeSeconds: 0, rssBytes: 0, heapUsedBytes: 0, eventLoopDelayP99Ns: null },
    mode,
  };
}

function failure(message: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_REDACTION', message);
}
