const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

const severities = { error: 'Error', warning: 'Warning', info: 'Hint' };

/** What in the configuration is surely not meant. */
export const lint = {
  severities,
  severity: 'How bad it is',
  all: 'All',
  some: (severity: keyof typeof severities, count: number) => `${severities[severity]} (${count})`,
  title: (severity: keyof typeof severities, code: string) => `${severities[severity]}: ${code.replaceAll('-', ' ')}`,
  count: (shown: number, total: number) =>
    shown === total
      ? plural(total, 'finding')
      : `the worst ${shown.toLocaleString('en')} of ${plural(total, 'finding')}`,
  nothing: 'Nothing was found that is surely not meant.',
  inNavigation: (count: number) => plural(count, 'error or warning', 'errors and warnings'),
};
