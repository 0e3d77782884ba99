/** Pages that are not for records of one kind, by their path. */
export const tools: Record<string, { title: string; hint: string }> = {
  overview: {
    title: 'Overview',
    hint: 'How the gateway is, and what it is doing.',
  },
  requests: {
    title: 'Live requests',
    hint: 'Requests while they come in, without secrets: no values of queries, no tokens, no cookies.',
  },
  try: {
    title: 'Request tester',
    hint: 'A request through the gateway, and the whole way that it goes: route, plugins, upstream, answer.',
  },
  'first-steps': {
    title: 'First steps',
    hint: 'From nothing to an API that asks for tokens.',
  },
  'jwt-studio': {
    title: 'JWT studio',
    hint: 'Tokens: read, tried against the credentials of the gateway, and made.',
  },
  warnings: {
    title: 'Warnings',
    hint: 'What is right to the letter, and surely not meant.',
  },
  history: {
    title: 'History',
    hint: 'The last 200 changes, by whom they were made, and a way back from each.',
  },
  configuration: {
    title: 'Import and export',
    hint: 'The whole configuration as a file: written, compared, and put in place.',
  },
};
