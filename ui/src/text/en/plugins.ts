export interface PluginText {
  title: string;
  what: string;
}

export interface PluginCategory {
  title: string;
  plugins: Record<string, PluginText>;
}

/** Plugins by what they are for, in the order in which they are offered. */
export const plugins: PluginCategory[] = [
  {
    title: 'Authentication',
    plugins: {
      jwt: { title: 'JWT', what: 'Verifies tokens that clients bring along.' },
      'key-auth': { title: 'Key authentication', what: 'Asks for a key in a header, the query or the body.' },
      'basic-auth': { title: 'Basic authentication', what: 'Asks for a user name and a password.' },
      'hmac-auth': { title: 'HMAC authentication', what: 'Verifies signatures of requests.' },
      oauth2: { title: 'OAuth 2.0', what: 'Gives out tokens and asks for them.' },
      'ldap-auth': { title: 'LDAP authentication', what: 'Asks a directory about user names and passwords.' },
      session: { title: 'Session', what: 'Remembers by a cookie who has been authenticated.' },
      acme: { title: 'ACME', what: 'Fetches certificates by itself.' },
    },
  },
  {
    title: 'Security',
    plugins: {
      acl: { title: 'ACL', what: 'Lets in or refuses by the groups of consumers.' },
      cors: { title: 'CORS', what: 'Says which web pages may use a route.' },
      'ip-restriction': { title: 'IP restriction', what: 'Lets in or refuses by the address of clients.' },
      'bot-detection': { title: 'Bot detection', what: 'Refuses clients by what they call themselves.' },
      'standard-webhooks': { title: 'Standard Webhooks', what: 'Verifies the signatures of webhooks.' },
    },
  },
  {
    title: 'Traffic control',
    plugins: {
      'rate-limiting': { title: 'Rate limiting', what: 'Bounds how many requests there may be in a time.' },
      'response-ratelimiting': {
        title: 'Response rate limiting',
        what: 'Bounds what upstreams count in their answers.',
      },
      'request-size-limiting': { title: 'Request size limiting', what: 'Refuses bodies that are too large.' },
      'request-termination': { title: 'Request termination', what: 'Answers by itself, with what you say.' },
      'proxy-cache': { title: 'Proxy cache', what: 'Keeps answers and gives them again.' },
      redirect: { title: 'Redirect', what: 'Sends clients elsewhere.' },
    },
  },
  {
    title: 'Transformations',
    plugins: {
      'request-transformer': { title: 'Request transformer', what: 'Changes requests on their way to the upstream.' },
      'response-transformer': { title: 'Response transformer', what: 'Changes answers on their way back.' },
      'correlation-id': { title: 'Correlation id', what: 'Gives each request an id that goes with it.' },
      'grpc-web': { title: 'gRPC-Web', what: 'Lets browsers speak to gRPC services.' },
      'grpc-gateway': { title: 'gRPC gateway', what: 'Lets clients of JSON speak to gRPC services.' },
    },
  },
  {
    title: 'Serverless',
    plugins: {
      'pre-function': { title: 'Pre-function', what: 'Runs Lua of yours before all other plugins.' },
      'post-function': { title: 'Post-function', what: 'Runs Lua of yours after all other plugins.' },
    },
  },
  {
    title: 'Monitoring and tracing',
    plugins: {
      prometheus: { title: 'Prometheus', what: 'Counts requests, for Prometheus to fetch.' },
      opentelemetry: { title: 'OpenTelemetry', what: 'Sends traces and logs to a collector.' },
      zipkin: { title: 'Zipkin', what: 'Sends traces to Zipkin.' },
      statsd: { title: 'StatsD', what: 'Sends counts to StatsD.' },
      datadog: { title: 'Datadog', what: 'Sends counts to the agent of Datadog.' },
    },
  },
  {
    title: 'Logging',
    plugins: {
      'http-log': { title: 'HTTP log', what: 'Sends a line for each request to a server of HTTP.' },
      'file-log': { title: 'File log', what: 'Writes a line for each request to a file.' },
      'tcp-log': { title: 'TCP log', what: 'Sends a line for each request over TCP.' },
      'udp-log': { title: 'UDP log', what: 'Sends a line for each request over UDP.' },
      syslog: { title: 'Syslog', what: 'Gives a line for each request to syslog.' },
      loggly: { title: 'Loggly', what: 'Sends a line for each request to Loggly.' },
    },
  },
];
