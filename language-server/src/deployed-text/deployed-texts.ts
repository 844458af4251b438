// What was deployed of the files that are open, out of the git checkouts that they are in. Asked for, it answers at
// once with what it has and tells when there is more; where there is no git, no such commit or no such file it has
// nothing, and the mapping does without. Texts are parsed once for each blob, by the parser's thread.

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FingerprintedFunction } from '@prodlens/syntax';
import { lineStartsOf } from '@prodlens/syntax/lines';
import { nearestFiles } from '../mapping/deployed-files.js';
import type { DeployedText } from '../mapping/deployed-text.js';
import { type ChangedFile, goneFrom } from '../mapping/moved-functions.js';
import { type GitCheckout, gitCheckouts, pathIn } from './git-checkouts.js';

export interface DeployedTexts {
  /** A file as it was at a revision; null where that is unknown, or not known yet. */
  of(path: string, revision: string): DeployedText | null;
  /** Where a file was at a revision, if elsewhere, absolute; null where that is unknown, or not known yet. */
  formerPath(path: string, revision: string): string | null;
  /**
   * Other files that have changed since the revision, with what is gone from them: those nearest to the path, as they
   * were when a file was saved last. Empty where that is unknown, or not known yet.
   */
  changedFiles(path: string, revision: string): ChangedFile[];
  /** Whether there is no git around the path that has the revision; false where that is not known yet. */
  lacks(path: string, revision: string): boolean;
  /** The functions of a file as it was saved last; none of one that cannot be read. null where they are not known yet. */
  now(path: string): FingerprintedFunction[] | null;
  /** A file of the workspace was saved. */
  saved(): void;
  /** Resolves when all that was asked for is there. */
  settled(): Promise<void>;
  close(): void;
}

type Parse = (text: string, path: string) => Promise<FingerprintedFunction[]>;
type Parsed = Pick<DeployedText, 'text' | 'lineStarts' | 'functions'>;

/** A full commit id, an abbreviated one, or a tag. Nothing that git would take for an option or a range. */
const REVISION = /^[A-Za-z0-9][\w./-]{0,99}$/;
/** Files looked at for. */
const MAXIMUM_CHANGES = 64;
const MAXIMUM_BLOBS = 256;
const MAXIMUM_ANSWERS = 2_048;

/** `changed` is called when there is an answer that was not there when it was asked for. */
export function deployedTexts(parse: Parse, changed: () => void): DeployedTexts {
  const checkouts = gitCheckouts();
  const blobs = new Map<string, Promise<Parsed>>();
  const texts = new Map<string, DeployedText | null>();
  const formerPaths = new Map<string, string | null>();
  const lacking = new Map<string, true | null>();
  const saved = new Map<string, FingerprintedFunction[] | null>();
  const changes = new Map<string, { files: ChangedFile[]; of: number }>();
  let saves = 0;
  const under = new Set<Promise<void>>();

  function ask<T>(answers: Map<string, T | null>, key: string, find: () => Promise<T | null>): T | null {
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= MAXIMUM_ANSWERS) answers.clear();
    answers.set(key, null);
    const finding = find()
      .catch(() => null)
      .then((found) => {
        under.delete(finding);
        if (found === null) return;
        answers.set(key, found);
        changed();
      });
    under.add(finding);
    return null;
  }

  async function former(checkout: GitCheckout, path: string, revision: string): Promise<string | null> {
    return (await checkout.renamedSince(revision)).get(pathIn(checkout.root, path)) ?? null;
  }

  /** What was known before stands until the answer is there. */
  async function findChanges(path: string, revision: string): Promise<ChangedFile[]> {
    const checkout = await checkouts.of(path);
    if (!checkout) return [];
    const own = pathIn(checkout.root, path);
    const names = nearestFiles(own, await checkout.changedSince(revision));
    const found = await Promise.all(names.map((name) => findChange(checkout, name, revision)));
    return found.filter((one) => one !== null && one.gone.length > 0) as ChangedFile[];
  }

  async function findChange(checkout: GitCheckout, name: string, revision: string): Promise<ChangedFile | null> {
    const nowAt = `${checkout.root}/${name}`;
    const blob = await checkout.objects.read(`${revision}:${name}`);
    if (!blob) return null;
    const parsed = await parsedBlob(blob.oid, blob.text, name);
    const text = await readFile(nowAt, 'utf8').catch(() => '');
    const now = text === '' ? [] : await parse(text, nowAt);
    const deployed = { ...parsed, revision, path: nowAt, nowAt };
    return { deployed, gone: goneFrom(deployed, now) };
  }

  async function findText(path: string, revision: string): Promise<DeployedText | null> {
    const checkout = await checkouts.of(path);
    if (!checkout) return null;
    let there = pathIn(checkout.root, path);
    let blob = await checkout.objects.read(`${revision}:${there}`);
    if (!blob) {
      there = (await former(checkout, path, revision)) ?? '';
      blob = there === '' ? null : await checkout.objects.read(`${revision}:${there}`);
    }
    if (!blob) return null;
    const parsed = await parsedBlob(blob.oid, blob.text, there);
    return { ...parsed, revision, path: `${checkout.root}/${there}`, nowAt: path };
  }

  function parsedBlob(oid: string, text: string, path: string): Promise<Parsed> {
    const known = blobs.get(oid);
    if (known) return known;
    // The oldest first: a Map keeps the order of insertion.
    if (blobs.size >= MAXIMUM_BLOBS) blobs.delete(blobs.keys().next().value!);
    const parsed = parse(text, path).then((functions) => ({ text, lineStarts: lineStartsOf(text), functions }));
    blobs.set(oid, parsed);
    return parsed;
  }

  return {
    of(path, revision) {
      if (!isRevision(revision)) return null;
      return ask(texts, `${revision} ${path}`, () => findText(path, revision));
    },
    formerPath(path, revision) {
      if (!isRevision(revision)) return null;
      return ask(formerPaths, `${revision} ${path}`, async () => {
        const checkout = await checkouts.of(path);
        const there = checkout && (await former(checkout, path, revision));
        return there ? `${checkout.root}/${there}` : null;
      });
    },
    changedFiles(path, revision) {
      const key = `${revision} ${path}`;
      const known = changes.get(key);
      if (known?.of === saves || !isRevision(revision)) return known?.files ?? [];
      if (changes.size >= MAXIMUM_CHANGES) changes.clear();
      changes.set(key, { files: known?.files ?? [], of: saves });
      const finding = findChanges(path, revision)
        .catch(() => [])
        .then((files) => {
          under.delete(finding);
          const before = changes.get(key)?.files ?? [];
          changes.set(key, { files, of: changes.get(key)?.of ?? saves });
          if (before.length > 0 || files.length > 0) changed();
        });
      under.add(finding);
      return known?.files ?? [];
    },
    lacks(path, revision) {
      if (!isRevision(revision)) return true;
      const find = async () => {
        const commit = await (await checkouts.of(path))?.objects.read(`${revision}^{commit}`);
        return commit ? null : true;
      };
      return ask(lacking, `${revision} ${dirname(path)}`, find) ?? false;
    },
    now: (path) =>
      ask(saved, `${saves} ${path}`, async () => parse(await readFile(path, 'utf8').catch(() => ''), path)),
    saved() {
      saves++;
    },
    async settled() {
      while (under.size > 0) await Promise.all(under);
    },
    close: () => checkouts.close(),
  };
}

function isRevision(text: string): boolean {
  return REVISION.test(text) && !text.includes('..');
}
