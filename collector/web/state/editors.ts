// Where a line opens. Which JetBrains IDE somebody has, and what the projects are called there, no collector knows: each
// browser keeps it for itself. The IDE finds a project by its name alone.

import { useEffect, useState } from 'preact/hooks';

export interface Editors {
  /** One of IDES. */
  ide: string;
  /** Name of the project in the IDE, by service; the service's name where there is none. */
  projects: Record<string, string>;
}

/** As their links call them. */
export const IDES = [
  ['idea', 'IntelliJ IDEA'],
  ['web-storm', 'WebStorm'],
  ['php-storm', 'PhpStorm'],
  ['pycharm', 'PyCharm'],
  ['goland', 'GoLand'],
  ['rubymine', 'RubyMine'],
  ['rd', 'Rider'],
] as const;

const KEY = 'prodlens-editors';
const changed = new Set<() => void>();
let current: Editors | null = null;

/** `line` is 1-based; the link's are 0-based. */
export function jetbrainsLink({ ide, projects }: Editors, service: string, file: string, line: number): string {
  const place = { project: projects[service]?.trim() || service, path: `${file}:${line - 1}` };
  return `jetbrains://${ide}/navigate/reference?${new URLSearchParams(place)}`;
}

/** What a browser has kept; the defaults where that is nothing, or nothing that can be read. */
export function parseEditors(kept: string | null): Editors {
  const { ide, projects } = parsed(kept);
  const named = Object.entries(typeof projects === 'object' && projects !== null ? projects : {});
  return {
    ide: IDES.find(([one]) => one === ide)?.[0] ?? 'idea',
    projects: Object.fromEntries(named.filter(([, name]) => typeof name === 'string')),
  };
}

function parsed(kept: string | null): { ide?: unknown; projects?: unknown } {
  try {
    return JSON.parse(kept ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** Kept in this browser, where it keeps anything. */
export function setEditors(editors: Editors): void {
  current = editors;
  try {
    localStorage.setItem(KEY, JSON.stringify(editors));
  } catch {
    // A browser that keeps nothing has it until the page is closed.
  }
  for (const look of changed) look();
}

/** As kept in this browser. */
export function editors(): Editors {
  current ??= parseEditors(kept());
  return current;
}

/** The same, again whenever it changes. */
export function useEditors(): Editors {
  const [, setCount] = useState(0);
  useEffect(() => {
    const look = () => setCount((count) => count + 1);
    changed.add(look);
    return () => void changed.delete(look);
  }, []);
  return editors();
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
