const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** From an OpenAPI document to a service with routes. */
export const openApi = {
  tab: 'From OpenAPI',
  hint: 'A document of OpenAPI 3, or of Swagger 2, becomes a service with a route for each path. Nothing is made before you have seen what.',
  document: 'OpenAPI document',
  name: 'Name of the service',
  url: 'Address of the API',
  urlHint: 'The document names only a path, so that the gateway has to be told where the API is.',
  noUrl: 'An address such as http://host:8080/path',
  each: 'A route for each',
  path: 'path',
  operation: 'operation',
  found: (count: number) => plural(count, 'operation'),
  generated: 'The configuration that it becomes',
  compare: 'See what it would change',
  noDocument: 'This is no OpenAPI document: it begins with openapi: 3.… or swagger: "2.0"',
  noPaths: 'The document has no paths with operations',
};
