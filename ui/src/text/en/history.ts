const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What was changed, and taking it back. */
export const history = {
  nothing: 'Nothing has been changed yet.',
  nothingDeclared: 'The configuration of this gateway is a file: what became of that is in its own history.',
  created: 'Created',
  changed: 'Changed',
  deleted: 'Deleted',
  undone: (revision: number) => `Took back ${revision}`,
  by: (who: string) => `by ${who}`,
  from: (address: string) => `from ${address}`,
  revision: (revision: number) => `Revision ${revision}`,
  records: (count: number) => plural(count, 'record'),
  show: 'What it did',
  showOf: (words: string, revision: number) => `${words}: revision ${revision}`,
  undo: 'Undo',
  undoOf: (revision: number) => `Undo revision ${revision}`,
  undoTitle: (what: string) => `Undo: ${what}?`,
  undoHint: (count: number) =>
    `${plural(count, 'record')} will be as before, with what went along. This is a write of its own, and can be undone as well.`,
  done: (revision: number) => `Revision ${revision} was undone`,
  conflict: 'Other changes stand in the way',
  same: 'Nothing that may be shown is different.',
};
