// How pages are made up: a heading, cards, figures.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface HeadingProps {
  title: string;
  /** Names code: set in the type of code. */
  code?: boolean;
  /** Where it belongs: a way up. */
  above?: { text: string; href: string };
  children?: ComponentChildren;
  actions?: ComponentChildren;
}

/** The page's h1, and the title of its tab. */
export function Heading({ title, code = false, above, children, actions }: HeadingProps) {
  useEffect(() => {
    document.title = `${title} · Prodlens`;
  }, [title]);
  return (
    <header class="heading">
      <div class="heading-text">
        {above !== undefined && (
          <a class="above" href={above.href}>
            {above.text}
          </a>
        )}
        <h1 class={code ? 'code' : undefined}>{title}</h1>
        {children !== undefined && <div class="subtitle">{children}</div>}
      </div>
      {actions !== undefined && <div class="actions">{actions}</div>}
    </header>
  );
}

interface CardProps {
  title?: string;
  note?: ComponentChildren;
  /** Its content reaches to its edges, as a table does. */
  flush?: boolean;
  class?: string;
  children: ComponentChildren;
}

/** A part of a page. `flush`: its content reaches to the border, as tables do. */
export function Card({ title, note, flush = false, class: name = '', children }: CardProps) {
  return (
    <section class={`card ${flush ? 'flush' : ''} ${name}`} aria-label={title}>
      {title !== undefined && (
        <div class="card-head">
          <h2>{title}</h2>
          {note !== undefined && <div class="muted small">{note}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

export interface Figure {
  name: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tone?: 'bad' | 'good' | undefined;
}

/** Names with their numbers, in a row. */
export function Figures({ of }: { of: Figure[] }) {
  return (
    <dl class="figures">
      {of.map(({ name, value, note, tone }) => (
        <div class="figure" key={name}>
          <dt>{name}</dt>
          <dd class={tone}>{value}</dd>
          {note !== undefined && <dd class="note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** `tone`: a class of the style sheet. */
export function Badge({ tone = 'plain', children }: { tone?: string; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** One of a `dl` of the class "facts". */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
