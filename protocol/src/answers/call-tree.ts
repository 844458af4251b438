// Where the time of a function or an endpoint goes, down the functions that it called. The collector counts calls between
// pairs, not whole paths: below the first level the time of a callee is split among its callers by what each of them
// spent in it, whoever called those.

export interface CallTreeNode {
  /** FunctionStats.id; of the root of an endpoint its id. */
  id: string;
  name: string;
  /** '' where it is no function. */
  file: string;
  line: number;
  package: string | null;
  /** With all below it. */
  totalNs: number;
  calls: number;
  /** Those with most time first. */
  children: CallTreeNode[];
}
