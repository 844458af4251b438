// The rows of a list of functions, page by page as they are wanted. Pages in view are asked for again every few seconds.

import type { FunctionStats } from '@prodlens/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, forget } from './connection.js';
import { repeat } from './repeat.js';
import { RequestFailure } from './requests.js';

const PAGE = 100;
const EVERY_MS = 6_000;
/** While one scrolls fast, rows that pass by are not asked for. */
const PASSING_MS = 60;

interface PageAnswer {
  functions: FunctionStats[];
  count: number;
}

interface List {
  question: string;
  /** null before the first answer. */
  count: number | null;
  /** Those that were looked at, by number. */
  pages: Map<number, FunctionStats[]>;
  /** Rows in view: from the first up to the last, exclusive. */
  view: [first: number, last: number];
}

export interface FunctionRows {
  /** Which list it is. */
  key: string;
  /** null before the first answer. */
  count: number | null;
  /** undefined where not yet known. */
  row: (index: number) => FunctionStats | undefined;
  /** All that are known. */
  known: () => FunctionStats[];
  failure: RequestFailure | null;
  /** Says which rows are in view: from `first` up to `last`, exclusive. */
  want: (first: number, last: number) => void;
}

/** `question`: the query of /api/v1/function-pages without offset and limit. */
export function useFunctionPages(question: string): FunctionRows {
  const [, setCount] = useState(0);
  const [failure, setFailure] = useState<RequestFailure | null>(null);
  /** The list before stays until the first page of this one has come. */
  const shown = useRef<List>({ question: '', count: null, pages: new Map(), view: [0, 1] });
  const want = useRef<FunctionRows['want']>(() => {});

  useEffect(() => {
    const list: List = { question, count: null, pages: new Map(), view: [0, 1] };
    const onTheirWay = new Set<number>();
    const stopped = new AbortController();
    const name = `function-pages${question}`;

    async function askFor(page: number): Promise<void> {
      if (onTheirWay.has(page)) return;
      onTheirWay.add(page);
      try {
        const path = `${name}${question === '' ? '?' : '&'}offset=${page * PAGE}&limit=${PAGE}`;
        const { functions, count } = await ask<PageAnswer>(path, stopped.signal, name);
        const isNew = list.count !== count || !isSame(list.pages.get(page), functions) || shown.current !== list;
        if (list.count !== count) dropBeyond(list.pages, count);
        list.count = count;
        if (isNew) list.pages.set(page, functions);
        shown.current = list;
        setFailure(null);
        if (isNew) setCount((n) => n + 1);
      } catch (error) {
        if (error instanceof RequestFailure) setFailure(error);
      } finally {
        onTheirWay.delete(page);
      }
    }
    function inView(): number[] {
      const [first, last] = list.view;
      const pages = [];
      for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) pages.push(page);
      return pages;
    }
    let passing: ReturnType<typeof setTimeout> | undefined;
    want.current = (first, last) => {
      list.view = [first, last];
      passing ??= setTimeout(() => {
        passing = undefined;
        for (const page of inView()) if (!list.pages.has(page)) void askFor(page);
      }, PASSING_MS);
    };
    const repetition = repeat(async () => void (await Promise.all(inView().map(askFor))), EVERY_MS);
    return () => {
      repetition.stop();
      stopped.abort();
      clearTimeout(passing);
      forget(name);
    };
  }, [question]);

  const { question: key, count, pages } = shown.current;
  return {
    ...{ key, count, failure },
    row: (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    known: () => [...pages].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows),
    want: (first, last) => want.current(first, last),
  };
}

/** So that rows of which nothing changed are not drawn anew. */
function isSame(before: FunctionStats[] | undefined, after: FunctionStats[]): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after);
}

function dropBeyond(pages: List['pages'], count: number): void {
  for (const page of pages.keys()) if (page * PAGE >= count) pages.delete(page);
}
