// What production says about the files that are followed: a collector's connection and the mapping, put together for
// the two that show it, the language server and `annotate`. Holds numbers of followed files alone, and keeps them
// while the collector is away.

import { type CatalogService, type FunctionStats, IDE_LIMITS, type IdeFile } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import { type CollectorClient, type CollectorStatus, connectToCollector } from './collector-client.js';
import { deployedFiles, type EditorFile, type PathMapping } from './mapping/deployed-files.js';
import { keepEnvironment } from './mapping/environment.js';
import { type DeployedFunctions, type MappedFunction, mapFunctions } from './mapping/mapped-functions.js';
import { type MissingFile, missingFile } from './mapping/missing-file.js';

export interface NumbersSettings {
  url: string;
  token: string;
  /** '' chooses one for each service. */
  environment: string;
  /** Names of the services to show; empty for all. */
  services: string[];
  windowSeconds: number;
  pathMappings: PathMapping[];
}

export interface ProductionNumbers {
  status(): CollectorStatus;
  /** null until a collector has sent its catalog. */
  services(): CatalogService[] | null;
  /** Environments of which numbers are shown. */
  environments(): string[];
  /** Replaces the settings; connects anew when address or token changed. */
  configure(settings: NumbersSettings): void;
  /** Replaces the files that are open. */
  follow(files: EditorFile[]): void;
  /** What a followed file is in production; null for those whose numbers have not arrived. */
  deployed(path: string): (DeployedFunctions | null)[];
  mapped(path: string, text: string, outline: OutlinedFunction[]): MappedFunction[];
  /** The service that a followed file belongs to and that does not report it; null where there is none. */
  missing(path: string): MissingFile | null;
  /** Asks for everything again. */
  refresh(): void;
  close(): void;
}

/** `onChange` is called after every change of status, catalog or numbers. */
export function productionNumbers(initial: NumbersSettings, onChange: () => void): ProductionNumbers {
  let settings = initial;
  let status: CollectorStatus = { state: 'connecting', message: '' };
  let catalog: CatalogService[] | null = null;
  let followed: EditorFile[] = [];
  let filesByPath = new Map<string, IdeFile[]>();
  let subscribed = '';
  const functions = new Map<string, FunctionStats[]>();
  /** Of each service, where no setting says which. */
  const chosenEnvironments = new Map<string, string>();
  let client = connect();

  function connect(): CollectorClient {
    return connectToCollector(settings.url, settings.token, {
      status(now) {
        status = now;
        onChange();
      },
      catalog(message) {
        catalog = message.services;
        subscribe();
        onChange();
      },
      functions(message) {
        const key = keyOf(message);
        if (message.windowSeconds !== settings.windowSeconds || !wanted().has(key)) return;
        functions.set(key, message.functions);
        onChange();
      },
    });
  }

  function wanted(): Map<string, IdeFile> {
    return new Map([...filesByPath.values()].flat().map((file) => [keyOf(file), file]));
  }

  function shown(): CatalogService[] {
    return (catalog ?? []).filter(
      ({ service }) => settings.services.length === 0 || settings.services.includes(service),
    );
  }

  /** Tells the collector only when the set of files or the window is another than before. */
  function subscribe(): void {
    filesByPath = new Map(
      followed.map((file) => [file.path, deployedFiles(shown(), file, settings.pathMappings)] as const),
    );
    const files = wanted();
    for (const key of functions.keys()) if (!files.has(key)) functions.delete(key);
    const asked = JSON.stringify([settings.windowSeconds, ...[...files.keys()].sort()]);
    if (asked === subscribed || catalog === null) return;
    subscribed = asked;
    client.subscribe(settings.windowSeconds, [...files.values()].slice(0, IDE_LIMITS.files));
  }

  function environmentOf(service: string): string {
    const ofService = [...functions].filter(([key]) => key.startsWith(`${service}\0`)).flatMap(([, stats]) => stats);
    const environment = keepEnvironment(ofService, settings.environment, chosenEnvironments.get(service) ?? '');
    if (settings.environment === '' && ofService.length > 0) chosenEnvironments.set(service, environment);
    return environment;
  }

  function deployed(path: string): (DeployedFunctions | null)[] {
    return (filesByPath.get(path) ?? []).map((file) => {
      const service = catalog?.find((known) => known.service === file.service);
      const arrived = functions.get(keyOf(file));
      return service && arrived ? { service, environment: environmentOf(service.service), functions: arrived } : null;
    });
  }

  return {
    status: () => status,
    services: () => catalog,
    environments() {
      const services = new Set([...filesByPath.values()].flat().map(({ service }) => service));
      return [...new Set([...services].map(environmentOf))].sort();
    },
    configure(next) {
      const before = settings;
      settings = next;
      if (next.windowSeconds !== before.windowSeconds) functions.clear();
      if (next.url !== before.url || next.token !== before.token) {
        client.close();
        catalog = null;
        filesByPath.clear();
        functions.clear();
        chosenEnvironments.clear();
        subscribed = '';
        client = connect();
      }
      subscribe();
      onChange();
    },
    follow(files) {
      followed = files;
      subscribe();
    },
    deployed,
    mapped(path, text, outline) {
      return mapFunctions(
        text,
        outline,
        deployed(path).filter((file) => file !== null),
      );
    },
    missing(path) {
      const file = followed.find((open) => open.path === path);
      return file && filesByPath.get(path)?.length === 0 ? missingFile(shown(), file) : null;
    },
    refresh() {
      client.reconnect();
      subscribed = '';
      subscribe();
    },
    close: () => client.close(),
  };
}

function keyOf({ service, file }: IdeFile): string {
  return `${service}\0${file}`;
}
