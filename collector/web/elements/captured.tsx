// A captured value as a tree: what it is, what was cut and how much there was, and what was redacted and why. A value is
// data: it is shown as text, whatever it holds.

import type { CapturedNode, CapturedValue } from '@prodlens/protocol';
import { formatCount } from '@prodlens/protocol';

/** Deeper than this it is folded at first. */
const OPEN_DEPTH = 3;

export function Captured({ value, depth = 0 }: { value: CapturedValue; depth?: number }) {
  if (value === null || typeof value !== 'object') return <Primitive value={value} />;
  if (value.redacted !== undefined) return <Redacted node={value} />;
  if (value.entries !== undefined) {
    return (
      <Folded node={value} depth={depth} count={value.entries.length}>
        {value.entries.map(([key, item], i) => (
          <li key={i}>
            <span class="key">{typeof key === 'string' ? key : <Captured value={key} depth={depth + 1} />}</span>
            {': '}
            <Captured value={item} depth={depth + 1} />
          </li>
        ))}
      </Folded>
    );
  }
  if (value.items !== undefined) {
    return (
      <Folded node={value} depth={depth} count={value.items.length}>
        {value.items.map((item, i) => (
          <li key={i}>
            <Captured value={item} depth={depth + 1} />
          </li>
        ))}
      </Folded>
    );
  }
  return (
    <span class="value">
      {value.type === 'string' ? (
        <span class="string">{JSON.stringify(value.text ?? '')}</span>
      ) : (
        <>
          <span class="type">{value.type}</span> {value.text}
        </>
      )}
      <Cut node={value} />
    </span>
  );
}

function Primitive({ value }: { value: null | boolean | number | string }) {
  if (typeof value === 'string') return <span class="value string">{JSON.stringify(value)}</span>;
  return <span class={`value ${value === null ? 'muted' : 'literal'}`}>{String(value)}</span>;
}

function Redacted({ node: { type, size, redacted } }: { node: CapturedNode }) {
  if (redacted === 'shape') {
    return (
      <span class="value">
        <span class="type">{type}</span>
        {size !== undefined && <span class="muted">({formatCount(size)})</span>}
      </span>
    );
  }
  return (
    <span class="redacted" title={`Taken out in the process: ${redacted}`}>
      redacted: {redacted}
    </span>
  );
}

function Folded({
  node,
  depth,
  count,
  children,
}: {
  node: CapturedNode;
  depth: number;
  count: number;
  children: preact.ComponentChildren;
}) {
  const isList = node.items !== undefined;
  const name = node.type === 'Object' || node.type === 'Array' ? '' : `${node.type} `;
  if (count === 0) {
    return (
      <span class="value">
        <span class="type">{name}</span>
        {isList ? '[]' : '{}'}
        <Cut node={node} />
      </span>
    );
  }
  return (
    <details class="captured" open={depth < OPEN_DEPTH}>
      <summary>
        <span class="type">{name}</span>
        <span class="muted">{isList ? `[${formatCount(count)}]` : `{${formatCount(count)}}`}</span>
        <Cut node={node} />
      </summary>
      <ul>{children}</ul>
    </details>
  );
}

function Cut({ node: { cut, size } }: { node: CapturedNode }) {
  if (cut === undefined) return null;
  return (
    <span class="cut">
      cut: {cut}
      {size !== undefined && `, of ${formatCount(size)}`}
    </span>
  );
}
