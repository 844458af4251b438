// What stands where an answer would: it is on its way, there is nothing, it was refused, the collector is away.

import type { ComponentChildren } from 'preact';
import type { Answer } from '../state/fresh-answers.js';
import { failureTitle } from '../state/requests.js';

interface AnsweredProps<T> {
  of: Answer<T>;
  /** What is answered is the whole page: until then nothing else names it. */
  page?: boolean;
  children: (data: T) => ComponentChildren;
}

/** Shows the answer, or why there is none. What was answered last stays while the collector is away. */
export function Answered<T>({ of, page = false, children }: AnsweredProps<T>) {
  if (of.data !== null) return <>{children(of.data)}</>;
  if (of.failure === null) return <Loading page={page} />;
  return <Failure title={failureTitle(of.failure.status)} message={of.failure.message} page={page} />;
}

/** `page`: it stands for a whole page, and is its h1. */
export function Loading({ page = false }: { page?: boolean }) {
  const Title = page ? 'h1' : 'span';
  return (
    <div class="loading" role="status">
      <Title class="visually-hidden">Loading …</Title>
      <div class="bone wide" />
      <div class="bone" />
      <div class="bone" />
    </div>
  );
}

interface EmptyProps {
  title: string;
  /** There is nothing else on the page. */
  page?: boolean;
  children?: ComponentChildren;
}

/** No data, with the reason as its content. `page`: as of Loading. */
export function Empty({ title, page = false, children }: EmptyProps) {
  const Title = page ? 'h1' : 'p';
  return (
    <div class="empty">
      <Title class="empty-title">{title}</Title>
      {children !== undefined && <div class="muted">{children}</div>}
    </div>
  );
}

/** Read out at once by screen readers. `page`: as of Loading. */
export function Failure({ title, message, page = false }: { title: string; message: string; page?: boolean }) {
  const Title = page ? 'h1' : 'p';
  return (
    <div class="empty failure" role="alert">
      <Title class="empty-title">{title}</Title>
      <p class="muted">{message}</p>
    </div>
  );
}
