const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** Configuration as a file. */
export const declared = {
  export: 'Export',
  import: 'Import',
  notation: 'Notation',
  ids: 'With ids',
  idsHint: 'With ids the file loads to the same records. Without, it is shorter, and good for another gateway.',
  secrets: 'The file holds secrets: keys of credentials, private keys of certificates.',
  file: 'Configuration as a file',
  fileToImport: 'Configuration to import',
  download: 'Download',
  copy: 'Copy',
  copied: 'Copied',
  open: 'Open a file',
  current: 'Start from what there is',
  drop: 'Paste kong.yml here, in YAML or JSON, or drop a file.',
  others: 'What the file does not name',
  keep: 'stays',
  delete: 'is deleted',
  exchanged: 'This gateway has no database: the file takes the place of all that there is.',
  exchangedBack: 'To serve another configuration after a restart, change its file as well, if it has one.',
  compare: 'Compare',
  faults: (count: number) => `${plural(count, 'thing')} to put right`,
  line: (line: number) => `Line ${line.toLocaleString('en')}`,
  goTo: (line: number) => `Go to line ${line}`,
  plan: 'What would change',
  create: 'New',
  change: 'Changed',
  remove: 'Deleted',
  counts: (created: number, changed: number, removed: number, same: number) =>
    `${created} new, ${changed} changed, ${removed} deleted, ${same} as they are`,
  nothing: 'Nothing would change: the gateway has what the file says.',
  more: (count: number) => `and ${plural(count, 'more record')}`,
  apply: (count: number) => `Apply ${plural(count, 'change')}`,
  applyTitle: (count: number) => `Apply ${plural(count, 'change')}?`,
  applyHint: (removed: number) =>
    removed > 0
      ? `${plural(removed, 'record')} will be deleted, and what is gone does not come back by itself.`
      : 'Records are written one after the other. Each can be taken back in the history.',
  applyAllHint: 'All becomes live at once, or, where something is wrong, nothing does.',
  progress: (done: number, all: number) => `${done} of ${all} written`,
  applied: (count: number) => `${plural(count, 'change')} applied`,
  stopped: (done: number) => `Stopped after ${plural(done, 'change')}`,
  notAFile: 'This is no configuration: a file begins with _format_version: "3.0"',
  noVersion: 'A file says _format_version: "3.0"',
  unknownList: (name: string) => `${name} is no list of records that the manager knows`,
  noList: (name: string) => `${name} has to be a list`,
  noRecord: 'This has to be a record with fields',
  noUrl: 'This has to be an address such as http://host:8080/path',
  twice: 'This record is here twice',
  noTarget: (field: string) => `There is no ${field} of that name or id, here or in the gateway`,
  digest:
    'With _transform: false, this is the digest of a password, and digests can only be put into a database by `gibbon config db_import`',
  ofField: (record: string, field: string, message: string) =>
    field === '' ? `${record}: ${message}` : `${record}, ${field}: ${message}`,
  ofRecord: (record: string, message: string) => `${record}: ${message}`,
};
