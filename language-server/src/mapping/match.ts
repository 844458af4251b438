// How sure it is that a deployed function is the one in the editor, and what became of it since. All that is shown of
// a mapping is made of this.

/**
 * exact: the same file, name and text, or, where the deployed text is unknown, the same file and name. moved: the same
 * text in another file or class. renamed: the same text under another name. edited: surely the same function, with
 * another body since the deployment. likely: more probably than not, to be shown as that and never as a fact.
 */
export type MatchKind = 'exact' | 'moved' | 'renamed' | 'edited' | 'likely';

export interface Match {
  kind: MatchKind;
  /** Probability that it is the same function, 0 to 1: of those said at 0.9 nine in ten are right. */
  confidence: number;
  /** Whether the body is another than the deployed one; null where that cannot be known. */
  edited: boolean | null;
  /** The function as it was deployed, where the workspace's git has that text; else null. */
  origin: DeployedPlace | null;
}

export interface DeployedPlace {
  /** vcs.ref.head.revision of the deployment. */
  revision: string;
  /** Absolute, of the file as it was named then: it may no longer be there. */
  path: string;
  /** Of the whole function, 0-based and inclusive, in the deployed text. */
  startLine: number;
  endLine: number;
}

/** Of a match below this confidence the kind is "likely". */
export const LIKELY_BELOW = 0.95;
