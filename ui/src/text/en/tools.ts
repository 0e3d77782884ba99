/** Pages that are not for records of one kind, by their path. */
export const tools: Record<string, { title: string; hint: string }> = {
  configuration: {
    title: 'Import and export',
    hint: 'The whole configuration as a file: written, compared, and put in place.',
  },
};
