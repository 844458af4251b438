// The simulated day: the plan's deployments and faults, minute by minute, through a real collector with a clock of its
// own, while two editors and an agent look on. The clock stands still where somebody has to see something, so that what
// takes real time has it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from '../../scripts/programs.mjs';
import { startAgent } from './agent.mjs';
import { makeCheckout } from './checkout.mjs';
import { PROFILES, startEditor } from './editor.mjs';
import { emptyAccount, startInstance } from './instances.mjs';
import { loadAt, stretchAt } from './plan.mjs';
import { residentBytes, startClockedCollector } from './processes.mjs';
import { dayRandom } from './random.mjs';
import { folderBytes, storedCalls, sweep } from './stored.mjs';
import { faultOf } from './truth.mjs';

const MINUTE_MS = 60_000;
const SEED = 20;
/** How often editors ask for lenses, and memory is looked at. */
const LOOK_EVERY_MINUTES = 30;

/**
 * Runs the plan. Resolves with what was seen: { plan, episodes: [{ alert, openedMinute, closedMinute, fault }], sightings:
 * [{ fault, who, saw, what }], memory: [{ minute, collector, editors }], account, storedCalls, bytes, faultsOfEditors }.
 * `say` gets a line for each event; `running` what is to be stopped by whoever ends it early.
 */
export async function runDay({ plan, recordings: recorded, folder, signal, running, note, say }) {
  const recordings = new Map(recorded.map((one) => [one.hello.version, one]));
  const checkout = makeCheckout(join(folder, 'checkout'), recorded);
  // It ends about now: whoever compares the collector's time with the machine's sees nothing that is yet to come.
  const startMs = Math.floor((Date.now() - plan.minutes * MINUTE_MS) / 3_600_000) * 3_600_000;
  const minuteMs = (minute) => startMs + minute * MINUTE_MS;
  const data = join(folder, 'day-data');
  mkdirSync(data);
  const env = cleanEnvironment();
  const collector = await startClockedCollector(data, startMs, env);
  running.push({ stop: collector.close });
  const { url } = collector;
  const agent = await startAgent(url);
  running.push(agent);
  const editors = await Promise.all(
    Object.keys(PROFILES).map(async (profile) => {
      const cache = join(folder, `cache ${profile}`);
      const editor = await startEditor({ profile, url, folder: checkout.folder, cache, env });
      running.push(editor);
      return editor;
    }),
  );

  const account = emptyAccount();
  const [episodes, sightings, memory, instances] = [[], [], [], []];
  const random = dayRandom(SEED);
  let openFiles = new Map();
  let openFunctions = [];

  for (let minute = 0; minute < plan.minutes; minute++) {
    signal.throwIfAborted();
    note(`${clock(minute)}, ${episodes.length} alerts, ${account.windows} windows`);
    const deployment = plan.deployments.find(({ at }) => at === minute);
    if (deployment !== undefined) await pull(deployment);
    await roll(minute);
    await collector.turn(minuteMs(minute + 1));
    await report(minute);
    await collector.run();
    await follow(minute);
    if (minute % LOOK_EVERY_MINUTES === 0) await look(minute);
  }
  await look(plan.minutes);
  for (const instance of instances) await instance.stop();
  const stored = await storedCalls(url, plan);
  const faultsOfEditors = editors.flatMap(({ profile, faults }) => faults.map((fault) => `${profile}: ${fault}`));
  for (const one of [...running.splice(0)].reverse()) await one.stop();
  await sweep(data, minuteMs(plan.minutes));
  return { plan, episodes, sightings, memory, account, stored, bytes: folderBytes(data), faultsOfEditors };

  /** Whoever works on the service pulls what is deployed. */
  async function pull({ at, version, recording }) {
    openFiles = checkout.pull(recording);
    openFunctions = recordings.get(recording).functions;
    for (const editor of editors) await editor.show(openFiles);
    say(`${clock(at)}  deployed: ${version}`);
  }

  /** An instance a minute is replaced by one of the version that is deployed. */
  async function roll(minute) {
    const { at, version, recording } = plan.deployments.findLast((d) => d.at <= minute);
    const isDue = (i) => minute === (at === 0 ? 0 : at + i);
    const { windowsAMinute } = plan;
    const about = { url, account, version, revision: checkout.revisionOf(recording), windowsAMinute };
    for (let i = 0; i < plan.instances; i++) {
      if (!isDue(i)) continue;
      await instances[i]?.stop();
      const chance = dayRandom(SEED + 100 * minute + i);
      instances[i] = await startInstance({ ...about, recording: recordings.get(recording), random: chance });
    }
  }

  async function report(minute) {
    const faults = plan.faults.filter((f) => minute >= f.from && minute < f.until);
    const state = { faults, load: loadAt(minute) * (0.97 + 0.06 * random.uniform()), stretch: stretchAt(minute) };
    const called = new Map();
    const sent = instances.map(async (instance) => {
      const ids = await instance.minute(state);
      called.set(instance.version, new Set([...(called.get(instance.version) ?? []), ...ids]));
    });
    await Promise.all(sent);
    for (const ids of called.values()) account.functionMinutes += ids.size;
  }

  /** What the collector says is wrong, and who sees it. */
  async function follow(minute) {
    const response = await fetch(`${url}/api/v1/alerts?limit=1000`);
    const { alerts } = await response.json();
    for (const alert of alerts) {
      const episode = episodes.findLast((e) => e.alert.id === alert.id && e.closedMinute === null);
      if (alert.state !== 'closed' && episode === undefined) await opened(alert, minute);
      if (alert.state === 'closed' && episode !== undefined) await closed(episode, minute);
    }
    // What has turned out to be a consequence of another is in that one's list.
    const listed = new Set(alerts.map(({ id }) => id));
    for (const episode of episodes) {
      if (episode.closedMinute === null && !listed.has(episode.alert.id)) episode.closedMinute = minute + 1;
    }
  }

  async function opened(alert, minute) {
    const fault = faultOf(alert, minute, plan, recordings);
    const episode = { alert, openedMinute: minute + 1, closedMinute: null, fault };
    episodes.push(episode);
    const why = fault === null ? 'NOT TRUE' : fault.name;
    say(
      `${clock(minute + 1)}  ${alert.title} [${alert.kind}${alert.severity === 'info' ? '' : `, ${alert.severity}`}]: ${why}`,
    );
    if (fault === null || !expectationOf(fault, alert)) return;
    const sees = (who, what, saw) => sightings.push({ fault: fault.name, who, what, saw });
    await Promise.all(
      editors.map(async (editor) => {
        sees(editor.profile, `a diagnostic in ${alert.place.name}`, await editor.until(() => isShown(editor, alert)));
        if (editor.takesNews) sees(editor.profile, 'news of it', await editor.until(() => editor.wasToldOf(alert.id)));
      }),
    );
    sees('agent', 'it in list_alerts', await agent.lists(alert));
    if (fault.endpoint !== undefined && alert.evidence.measure === 'medianNs')
      sees('agent', `${alert.place.name} behind ${fault.endpoint}`, await agent.suspects(alert, fault.endpoint));
  }

  async function closed(episode, minute) {
    episode.closedMinute = minute + 1;
    const { alert, fault } = episode;
    say(`${clock(minute + 1)}  closed: ${alert.title}`);
    if (fault === null || !expectationOf(fault, alert) || !fault.isOfDeployment) return;
    const { name, state } = await agent.verify(alert);
    sightings.push({
      fault: fault.name,
      who: 'agent',
      what: 'the fix, by verify_fix',
      saw: name === alert.place.name && state === 'closed',
    });
  }

  /** A diagnostic with the alert's title, in the function that it is about. */
  function isShown(editor, { title, place }) {
    return editor.diagnostics(place.file).some(({ message, range }) => {
      const line = range.start.line + 1;
      const above = openFunctions.filter((f) => f.file === place.file && f.line <= line);
      const nearest = above.sort((f, g) => f.line - g.line).at(-1);
      return message.startsWith(title) && nearest?.name.startsWith(place.name);
    });
  }

  async function look(minute) {
    for (const editor of editors) for (const file of openFiles.keys()) await editor.lenses(file);
    memory.push({
      minute,
      collector: await collector.residentBytes(),
      editors: editors.map(({ pid }) => residentBytes(pid)),
    });
  }
}

/** What the fault's `expect` has that is fulfilled by the alert. */
export function expectationOf(fault, { kind, place }) {
  return fault.expect.find(
    (e) => e.kinds.includes(kind) && place?.type === 'function' && place.file === e.file && place.name === e.name,
  );
}

/** Minutes of the day as a clock shows them. */
export function clock(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
