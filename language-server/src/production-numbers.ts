// What production says about the files that are followed: a collector's connection, the last known numbers on the disk
// and the mapping, put together for the two that show it, the language server and `annotate`. Holds numbers of followed
// files alone, and keeps them while the collector is away, with the time that they are from.

import {
  type Alert,
  type CatalogService,
  type FunctionStats,
  IDE_LIMITS,
  type IdeAlerts,
  type IdeCatalog,
  type IdeFile,
  type IdeFunctions,
} from '@prodlens/protocol';
import { type CollectorClient, type CollectorStatus, connectToCollector } from './collector-client.js';
import type { DeployedTexts } from './deployed-text/deployed-texts.js';
import { type LastErrorsOf, lastErrorsByFunction } from './ide/last-errors.js';
import { ALERTS_KEY, CATALOG_KEY, functionsKey, type LastKnown } from './last-known.js';
import { deployedFiles, type EditorFile, filesNear } from './mapping/deployed-files.js';
import type { DeployedText } from './mapping/deployed-text.js';
import { runningVersion } from './mapping/environment.js';
import { type DeployedFunctions, mapFunctions } from './mapping/mapped-functions.js';
import { missingFile } from './mapping/missing-file.js';
import { shownEnvironments } from './mapping/shown-environments.js';
import { movedNumbers } from './moved-numbers.js';
import type { NumbersSettings, ProductionNumbers } from './numbers.js';
import { untilSettled } from './until.js';

export type { NumbersSettings, ProductionNumbers } from './numbers.js';

/** Of a service's versions that run side by side, those whose texts are looked at. */
const MAXIMUM_REVISIONS = 8;

interface Arrived {
  functions: FunctionStats[];
  /** null while the collector says when it changes. */
  asOfUnixMs: number | null;
  /** Counts arrivals. */
  arrival: number;
}

/**
 * `onChange` is called after every change of status, epoch or a revision; `lastKnownOf` says where numbers of an address
 * are kept, `textsOf` where deployed texts come from.
 */
export function productionNumbers(
  initial: NumbersSettings,
  onChange: () => void,
  lastKnownOf: (url: string) => LastKnown | null = () => null,
  textsOf: (changed: () => void) => DeployedTexts | null = () => null,
): ProductionNumbers {
  let settings = initial;
  let status: CollectorStatus = { state: 'connecting', message: '' };
  let catalog: CatalogService[] | null = null;
  let alerts: Alert[] | null = null;
  let lastErrors: LastErrorsOf = () => [];
  let followed: EditorFile[] = [];
  let filesByPath = new Map<string, IdeFile[]>();
  /** By path, where its functions were that came from other files. */
  const elsewhere = new Map<string, IdeFile[]>();
  let wanted = new Map<string, IdeFile>();
  let subscribed = '';
  let epoch = 0;
  let arrivals = 0;
  const arrived = new Map<string, Arrived>();
  const environments = shownEnvironments(
    () => settings.environment,
    (service) => [...arrived].flatMap(([key, { functions }]) => (key.startsWith(`${service}\0`) ? functions : [])),
  );
  const waiting = new Set<() => void>();
  let kept = lastKnownOf(settings.url);
  let reading: Promise<void> = readCatalog();
  let client = connect();
  const texts = textsOf(() => {
    // A file that was elsewhere may now be known as one of a service.
    subscribe();
    changed();
  });

  const followedAt = (path: string) => followed.find((file) => file.path === path);
  const moves =
    texts &&
    movedNumbers({
      texts,
      services(path) {
        const known = new Set((filesByPath.get(path) ?? []).map(({ service }) => service));
        return shown().filter(({ service }) => known.size === 0 || known.has(service));
      },
      filesOf(service, path) {
        const packageRoots = followed.find((file) => path.startsWith(`${file.packageRoots[0]?.folder}/`))?.packageRoots;
        return deployedFiles([service], { path, packageRoots: packageRoots ?? [] }, settings.pathMappings);
      },
      nearest: (service, path) => filesNear(service, followedAt(path)),
      reported(file, { service, version }) {
        const environment = environments.of(service);
        const known = arrived.get(keyOf(file))?.functions.filter((stats) => stats.environment === environment);
        return known?.filter((stats) => stats.version === runningVersion(known, version)) ?? null;
      },
    });

  function changed(): void {
    epoch++;
    told();
  }

  function told(): void {
    environments.look();
    for (const look of waiting) look();
    onChange();
  }

  function connect(): CollectorClient {
    return connectToCollector(settings.url, settings.token, {
      status(now) {
        if (status.state === 'connected' && now.state !== 'connected') age();
        status = now;
        changed();
      },
      catalog(message, text) {
        kept?.keep(CATALOG_KEY, [text]);
        catalog = message.services;
        subscribe();
        changed();
      },
      functions(message, texts) {
        const key = keyOf(message);
        if (message.windowSeconds !== settings.windowSeconds || !wanted.has(key)) return;
        kept?.keep(functionsKey(key, message.windowSeconds), texts);
        arrived.set(key, { functions: message.functions, asOfUnixMs: null, arrival: ++arrivals });
        told();
      },
      lastErrors(message) {
        lastErrors = lastErrorsByFunction(message.errors);
        changed();
      },
      alerts(message, text) {
        kept?.keep(ALERTS_KEY, [text]);
        alerts = message.alerts;
        changed();
      },
    });
  }

  /** What was pushed until now is as of now: nobody says any more when it changes. */
  function age(): void {
    for (const numbers of arrived.values()) numbers.asOfUnixMs ??= Date.now();
  }

  function forget(url: string): void {
    void kept?.flush();
    catalog = null;
    alerts = null;
    lastErrors = () => [];
    wanted.clear();
    arrived.clear();
    environments.forget();
    kept = lastKnownOf(url);
    reading = readCatalog();
  }

  async function readCatalog(): Promise<void> {
    const from = kept;
    const [known, knownAlerts] = await Promise.all([
      from?.read<IdeCatalog>(CATALOG_KEY),
      from?.read<IdeAlerts>(ALERTS_KEY),
    ]);
    if (from !== kept || catalog !== null || !known?.messages[0]) return;
    catalog = known.messages[0].services;
    alerts ??= knownAlerts?.messages[0]?.alerts ?? null;
    subscribe();
    changed();
  }

  async function readFunctions(file: IdeFile): Promise<void> {
    const key = keyOf(file);
    const from = kept;
    const { windowSeconds } = settings;
    const known = await from?.read<IdeFunctions>(functionsKey(key, windowSeconds));
    if (!known || from !== kept || arrived.has(key) || !wanted.has(key)) return;
    if (windowSeconds !== settings.windowSeconds) return;
    const functions = known.messages.flatMap((message) => message.functions);
    arrived.set(key, { functions, asOfUnixMs: known.atUnixMs, arrival: ++arrivals });
    told();
  }

  function shown(): CatalogService[] {
    return (catalog ?? []).filter(
      ({ service }) => settings.services.length === 0 || settings.services.includes(service),
    );
  }

  /** Tells the collector only when the set of files or the window is another than before. */
  function subscribe(): void {
    const services = shown();
    filesByPath = new Map(followed.map((file) => [file.path, filesOf(services, file)] as const));
    const before = wanted;
    for (const path of elsewhere.keys()) if (!filesByPath.has(path)) elsewhere.delete(path);
    wanted = new Map([...filesByPath.values(), ...elsewhere.values()].flat().map((file) => [keyOf(file), file]));
    for (const key of arrived.keys()) if (!wanted.has(key)) arrived.delete(key);
    const added = [...wanted].filter(([key]) => !before.has(key) && !arrived.has(key)).map(([, file]) => file);
    if (kept && added.length > 0) reading = Promise.all([reading, ...added.map(readFunctions)]).then(() => {});
    const asked = JSON.stringify([settings.windowSeconds, ...[...wanted.keys()].sort()]);
    if (asked === subscribed || catalog === null) return;
    subscribed = asked;
    client.subscribe(settings.windowSeconds, [...wanted.values()].slice(0, IDE_LIMITS.files));
  }

  /** Also by where it was when it was deployed, of a file that has been moved since. */
  function filesOf(services: CatalogService[], file: EditorFile): IdeFile[] {
    const found = deployedFiles(services, file, settings.pathMappings);
    if (found.length > 0 || !texts) return found;
    return services.flatMap((service) => {
      const path = service.revision && texts.formerPath(file.path, service.revision);
      return path ? deployedFiles([service], { ...file, path }, settings.pathMappings) : [];
    });
  }

  function need(path: string, files: IdeFile[]): void {
    const before = elsewhere.get(path) ?? [];
    if (files.map(keyOf).join() === before.map(keyOf).join()) return;
    elsewhere.set(path, files);
    subscribe();
    changed();
  }

  /** Of the revisions that the functions' numbers are from. */
  function textsFor(path: string, functions: FunctionStats[]): ReadonlyMap<string, DeployedText> {
    const revisions = new Set(functions.flatMap(({ revision, package: of }) => (of === null ? revision || [] : [])));
    const found = [...revisions].slice(-MAXIMUM_REVISIONS).map((one) => [one, texts?.of(path, one) ?? null] as const);
    return new Map(found.filter((entry): entry is readonly [string, DeployedText] => entry[1] !== null));
  }

  function deployed(path: string): (DeployedFunctions | null)[] {
    return (filesByPath.get(path) ?? []).map((file) => {
      const service = catalog?.find((known) => known.service === file.service);
      const { functions } = arrived.get(keyOf(file)) ?? {};
      if (!service || !functions) return null;
      const environment = environments.of(service.service);
      return { service, environment, functions, texts: textsFor(path, functions) };
    });
  }

  return {
    status: () => status,
    epoch: () => epoch,
    revision(path) {
      const files = [...(filesByPath.get(path) ?? []), ...(elsewhere.get(path) ?? [])];
      const each = files.map((file) => `${arrived.get(keyOf(file))?.arrival} ${environments.of(file.service)}`);
      return `${epoch} ${each}`;
    },
    services: () => catalog,
    alerts() {
      const services = new Set(shown().map(({ service }) => service));
      return (
        alerts?.filter(({ service, environment }) => {
          if (!services.has(service)) return false;
          const only = environments.chosen(service);
          return only === '' || only === environment;
        }) ?? null
      );
    },
    areFresh: () => [...arrived.values()].some(({ asOfUnixMs }) => asOfUnixMs === null),
    lastErrorsOf: (stats) => lastErrors(stats),
    environments() {
      const services = new Set([...wanted.values()].map(({ service }) => service));
      return [...new Set([...services].map(environments.of))].sort();
    },
    environmentOf: environments.chosen,
    configure(next) {
      const before = settings;
      settings = next;
      if (next.windowSeconds !== before.windowSeconds) {
        arrived.clear();
        wanted = new Map();
      }
      if (next.url !== before.url || next.token !== before.token) {
        client.close();
        // What the same collector said before stands until it says something else.
        age();
        if (next.url !== before.url) forget(next.url);
        subscribed = '';
        client = connect();
      }
      subscribe();
      changed();
    },
    follow(files) {
      followed = files;
      subscribe();
      told();
    },
    async settled(path, milliseconds) {
      for (let before: Promise<void> | null = null; before !== reading; ) {
        before = reading;
        await before;
      }
      // What the disk has need not wait for a connection; that it has nothing of the file may have been so before.
      const isOpen = () => {
        const files = deployed(path);
        const { state } = status;
        if (catalog === null || files.includes(null)) return state === 'connecting' || state === 'connected';
        return state === 'connecting' && files.length === 0;
      };
      await untilSettled(isOpen, waiting, milliseconds);
    },
    filesOf: (file) => filesOf(shown(), file),
    deployed,
    deployedText(path, origin) {
      const own = deployed(path).flatMap((file) => file?.texts?.get(origin.revision) ?? []);
      return own.find((text) => text.path === origin.path) ?? moves?.textAt(path, origin) ?? null;
    },
    mapped(path, text, outline) {
      const known = deployed(path);
      const arrivedOnes = known.filter((file) => file !== null);
      const functions = mapFunctions(text, outline, arrivedOnes);
      if (!moves || known.includes(null)) return functions;
      const { functions: all, needed } = moves.add(path, outline, functions);
      if (needed.length > 0 || elsewhere.has(path)) need(path, needed);
      return all;
    },
    missing(path) {
      const file = followedAt(path);
      return file && filesByPath.get(path)?.length === 0 && !elsewhere.get(path)?.length
        ? missingFile(shown(), file, settings.pathMappings)
        : null;
    },
    asOfUnixMs(path) {
      const times = (filesByPath.get(path) ?? []).flatMap((file) => arrived.get(keyOf(file))?.asOfUnixMs ?? []);
      return times.length === 0 ? null : Math.min(...times);
    },
    saved: () => texts?.saved(),
    refresh() {
      client.reconnect();
      subscribed = '';
      subscribe();
    },
    async close() {
      client.close();
      texts?.close();
      await kept?.flush();
    },
  };
}

function keyOf({ service, file }: IdeFile): string {
  return `${service}\0${file}`;
}
