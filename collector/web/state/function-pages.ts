// The rows of a list of functions, page by page as they are wanted. Pages in view are asked for again every few seconds.

import type { FunctionStats } from '@prodlens/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, RequestFailure } from './requests.js';

const PAGE = 100;
const EVERY_MS = 6_000;

interface PageAnswer {
  functions: FunctionStats[];
  count: number;
}

export interface FunctionRows {
  /** Which list it is. */
  key: string;
  /** null before the first answer. */
  count: number | null;
  /** By place in the list; undefined where not yet known. */
  rows: (FunctionStats | undefined)[];
  failure: RequestFailure | null;
  /** Says which rows are in view: from `first` up to `last`, exclusive. */
  want: (first: number, last: number) => void;
}

/** `question`: the query of /api/v1/function-pages without offset and limit. */
export function useFunctionPages(question: string): FunctionRows {
  const [, setCount] = useState(0);
  const [failure, setFailure] = useState<RequestFailure | null>(null);
  const state = useRef({ question: '', count: null as number | null, rows: [] as FunctionRows['rows'], view: [0, 1] });
  const asking = useRef(new Set<number>());
  const wake = useRef<(first: number, last: number) => void>(() => {});

  useEffect(() => {
    const stop = new AbortController();
    const list = { question, count: null as number | null, rows: [] as FunctionRows['rows'], view: [0, 1] };
    asking.current = new Set();
    const own = asking.current;

    async function ask(page: number): Promise<void> {
      if (own.has(page)) return;
      own.add(page);
      try {
        const separator = question === '' ? '?' : `${question}&`;
        const { functions, count } = await get<PageAnswer>(
          `function-pages${separator}offset=${page * PAGE}&limit=${PAGE}`,
          stop.signal,
        );
        if (list.count !== count) list.rows.length = Math.min(list.rows.length, count);
        list.count = count;
        for (const [i, f] of functions.entries()) list.rows[page * PAGE + i] = f;
        state.current = list;
        setFailure(null);
        setCount((n) => n + 1);
      } catch (error) {
        if (error instanceof RequestFailure) setFailure(error);
      } finally {
        own.delete(page);
      }
    }
    function pagesInView(): number[] {
      const [first, last] = list.view as [number, number];
      const pages = [];
      for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) pages.push(page);
      return pages;
    }
    wake.current = (first, last) => {
      list.view = [first, last];
      for (const page of pagesInView()) if (list.rows[page * PAGE] === undefined) void ask(page);
    };
    void ask(0);
    const timer = setInterval(() => {
      if (!document.hidden) for (const page of pagesInView()) void ask(page);
    }, EVERY_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [question]);

  const { count, rows } = state.current;
  return { key: state.current.question, count, rows, failure, want: (first, last) => wake.current(first, last) };
}
