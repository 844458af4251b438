// A captured value as a tree: what it is, what was cut and how much there was, what was redacted and why.

import { type CapturedNode, type CapturedValue, formatCount } from '@prodlens/protocol';
import type { ComponentChildren } from 'preact';

/** Deeper than this it is folded at first. */
const OPEN_DEPTH = 2;

export function Captured({ value, depth = 0 }: { value: CapturedValue; depth?: number }) {
  if (value === null || typeof value !== 'object') return <span class="code">{JSON.stringify(value)}</span>;
  const { type, text, entries, items, size, redacted } = value;
  if (redacted === 'shape') {
    return <span class="muted code">{size === undefined ? type : `${type}(${formatCount(size)})`}</span>;
  }
  if (redacted !== undefined) return <span class="redacted">redacted: {redacted}</span>;
  if (entries !== undefined) {
    return (
      <Folded node={value} depth={depth} length={entries.length}>
        {entries.map(([key, item], i) => (
          <li key={i}>
            <span class="key">{typeof key === 'string' ? key : <Captured value={key} depth={depth + 1} />}</span>{' '}
            <Captured value={item} depth={depth + 1} />
          </li>
        ))}
      </Folded>
    );
  }
  if (items !== undefined) {
    return (
      <Folded node={value} depth={depth} length={items.length}>
        {items.map((item, i) => (
          <li key={i}>
            <Captured value={item} depth={depth + 1} />
          </li>
        ))}
      </Folded>
    );
  }
  return (
    <span class="code">
      {type === 'string' ? JSON.stringify(text ?? '') : `${type} ${text ?? ''}`}
      <Cut node={value} />
    </span>
  );
}

interface FoldedProps {
  node: CapturedNode;
  depth: number;
  length: number;
  children: ComponentChildren;
}

function Folded({ node, depth, length, children }: FoldedProps) {
  const brackets = node.items === undefined ? ['{', '}'] : ['[', ']'];
  const name = node.type === 'Object' || node.type === 'Array' ? '' : `${node.type} `;
  if (length === 0) {
    return (
      <span class="code">
        {name}
        {brackets.join('')}
        <Cut node={node} />
      </span>
    );
  }
  return (
    <details class="captured" open={depth < OPEN_DEPTH}>
      <summary class="muted code">
        {name}
        {brackets.join(formatCount(length))}
        <Cut node={node} />
      </summary>
      <ul>{children}</ul>
    </details>
  );
}

function Cut({ node: { cut, size } }: { node: CapturedNode }) {
  if (cut === undefined) return null;
  return <span class="redacted">{size === undefined ? `cut: ${cut}` : `cut: ${cut}, of ${formatCount(size)}`}</span>;
}
