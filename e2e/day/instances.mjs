// Instances of the recorded service: each speaks the sensor's protocol to the collector over a socket of its own, under a
// version of the plan, and hands in what windows.mjs makes of the recording. Counts what it sent, to be held against
// what the collector has at the end.

import { randomUUID } from 'node:crypto';
import { startSensor } from '../../collector/dist/testing/fake-sensor.js';
import { createInstanceWindows } from './windows.mjs';

const MINUTE_MS = 60_000;

/** What was sent by all instances. */
export function emptyAccount() {
  return { calls: 0, windows: 0, functionMinutes: 0 };
}

/** { version, minute({ load, faults, stretch }), stop() }. A minute resolves when each of its windows is acknowledged. */
export async function startInstance({ url, recording, version, revision, random, account, windowsAMinute }) {
  const { hello } = recording;
  // A function that was named twice has its fingerprint the second time.
  const functions = [...new Map(recording.functions.map((f) => [f.id, f])).values()];
  const sensor = await startSensor(url, { ...hello, version, revision, instance: randomUUID() }, functions);
  if (recording.endpoints.length > 0) sensor.say({ type: 'endpoints', endpoints: recording.endpoints });
  const windows = createInstanceWindows(recording, random);
  let sequence = 0;
  let failure = null;
  sensor.closed.then(({ code, reason }) => {
    failure = new Error(`the collector closed an instance's socket: ${code} ${reason}`);
  });

  async function acknowledged(wanted) {
    while (wanted.size > 0) {
      const answer = await sensor.next();
      if (answer.type === 'ack') wanted.delete(answer.sequence);
      else if (answer.type === 'snapshotAck') {
        if (answer.refused !== null) throw new Error(`a snapshot was refused: ${answer.refused}`);
        wanted.delete(answer.id);
      } else if (answer.type === 'error') throw new Error(`${answer.code}: ${answer.message}`);
    }
  }

  return {
    version,
    /** The minute that ends now, by the collector's clock. Returns the ids of the functions that were called. */
    async minute(state) {
      if (failure) throw failure;
      const wanted = new Set();
      const called = new Set();
      for (let i = 0; i < windowsAMinute; i++) {
        const durationMs = MINUTE_MS / windowsAMinute;
        const window = { ...windows.next(state), sequence: ++sequence, durationMs };
        window.ageMs = MINUTE_MS - (i + 0.5) * durationMs;
        wanted.add(sequence);
        account.windows++;
        for (const { id, calls } of window.rows) {
          account.calls += calls;
          called.add(id);
        }
        sensor.say(window);
      }
      const { snapshots } = recording;
      if (snapshots.length > 0) {
        // What was captured then is captured again, a minute one; each stands for those that are like it.
        const snapshot = { ...snapshots[sequence % snapshots.length], id: randomUUID() };
        wanted.add(snapshot.id);
        sensor.say({ type: 'snapshot', ageMs: MINUTE_MS / 2, snapshot });
      }
      await acknowledged(wanted);
      return called;
    },
    async stop() {
      sensor.socket.close();
      await sensor.closed;
    },
  };
}
