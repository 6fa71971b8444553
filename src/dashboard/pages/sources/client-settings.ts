import { curlCommand } from '../../lib/curl.ts';

export const KEY_PLACEHOLDER = '<key>';

export interface ClientSettings {
  id: string;
  label: string;
  /** Where the text goes. */
  file: string;
  /** One thing that people get wrong, if there is one. */
  note: string;
  code: string;
}

/**
 * Settings of each client, ready to paste: those of docs/clients.md, which a test holds them to. `origin` is this deployment, `https://host`; `key` a
 * key or its placeholder.
 */
export function clientSettings(origin: string, key: string): readonly ClientSettings[] {
  const { hostname, port: explicit, protocol } = new URL(origin);
  const tls = protocol === 'https:';
  const port = explicit || (tls ? '443' : '80');
  return [
    {
      id: 'curl',
      label: 'curl',
      file: 'a terminal',
      note: '',
      code: curlCommand(origin, key),
    },
    {
      id: 'otel-sdk',
      label: 'OpenTelemetry SDK',
      file: 'the environment of the service',
      note: 'The SDK adds /v1/logs, /v1/metrics and /v1/traces itself.',
      code: [
        'export OTEL_SERVICE_NAME=checkout',
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
        'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        `export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${key}`,
        'export OTEL_EXPORTER_OTLP_COMPRESSION=gzip',
      ].join('\n'),
    },
    {
      id: 'otel-collector',
      label: 'Collector',
      file: 'config.yaml of the OpenTelemetry Collector',
      note: 'otlphttp, not otlp: the latter speaks gRPC.',
      code: `exporters:
  otlphttp/breakwater:
    endpoint: ${origin}
    headers:
      authorization: Bearer ${key}

service:
  pipelines:
    logs:
      receivers: [otlp]
      exporters: [otlphttp/breakwater]
    metrics:
      receivers: [otlp]
      exporters: [otlphttp/breakwater]
    traces:
      receivers: [otlp]
      exporters: [otlphttp/breakwater]`,
    },
    {
      id: 'pino',
      label: 'pino',
      file: 'the logger of the service',
      note: 'Needs the package pino-http-send, which repeats what fails; pino-loki repeats nothing. With pino-opentelemetry-transport take the variables of the OpenTelemetry SDK.',
      code: `import pino from 'pino';
import { createWriteStream } from 'pino-http-send';

const stream = createWriteStream({
  url: '${origin}/api/ingest',
  headers: { authorization: 'Bearer ${key}' },
  bodyType: 'ndjson', batchSize: 100, timeout: 1_000, retries: 100, interval: 2_000,
});
export const log = pino({ name: 'checkout' }, stream); // name is the service`,
    },
    {
      id: 'winston',
      label: 'winston',
      file: 'the logger of the service',
      note: 'Needs the package winston-loki, which repeats what fails; winston’s own Http transport repeats nothing.',
      code: `import winston from 'winston';
import LokiTransport from 'winston-loki';

export const log = winston.createLogger({
  defaultMeta: { service: 'checkout' },
  transports: [
    new LokiTransport({
      host: '${origin}',
      basicAuth: 'winston:${key}',
      useWinstonMetaAsLabels: true, // metadata becomes attributes
      format: winston.format.printf(({ message }) => String(message)),
      interval: 1,
    }),
  ],
});`,
    },
    {
      id: 'vector',
      label: 'Vector',
      file: 'vector.yaml',
      note: 'Replace my_logs by the name of your source.',
      code: `sinks:
  breakwater:
    type: http
    inputs: [my_logs]
    uri: ${origin}/api/ingest?service=checkout
    method: post
    compression: gzip
    encoding:
      codec: json
    framing:
      method: newline_delimited
    auth:
      strategy: bearer
      token: ${key}
    batch:
      max_bytes: 4000000
    acknowledgements:
      enabled: true`,
    },
    {
      id: 'fluent-bit',
      label: 'Fluent Bit',
      file: 'fluent-bit.conf',
      note: 'Without Retry_Limit it drops what fails twice.',
      code: `[OUTPUT]
    Name             http
    Match            *
    Host             ${hostname}
    Port             ${port}
    tls              ${tls ? 'on' : 'off'}
    URI              /api/ingest?service=checkout
    Format           json_lines
    json_date_format iso8601
    compress         gzip
    Header           Authorization Bearer ${key}
    Retry_Limit      no_limits`,
    },
    {
      id: 'alloy',
      label: 'Alloy',
      file: 'config.alloy',
      note: 'Give streams a label service_name, app or job: it is the service.',
      code: `loki.write "breakwater" {
  endpoint {
    url          = "${origin}/loki/api/v1/push"
    bearer_token = "${key}"
  }
}`,
    },
    {
      id: 'promtail',
      label: 'Promtail',
      file: 'promtail.yaml',
      note: 'Give streams a label service_name, app or job: it is the service.',
      code: `clients:
  - url: ${origin}/loki/api/v1/push
    bearer_token: ${key}`,
    },
    {
      id: 'filebeat',
      label: 'Filebeat',
      file: 'filebeat.yml',
      note: 'Leave setup.template.overwrite, setup.ilm.overwrite and setup.dashboards.enabled off.',
      code: `output.elasticsearch:
  hosts: ["${protocol}//${hostname}:${port}"]
  api_key: "filebeat:${key}"
  compression_level: 5`,
    },
    {
      id: 'logstash',
      label: 'Logstash',
      file: 'a pipeline of Logstash',
      note: '',
      code: `output {
  elasticsearch {
    hosts           => ["${protocol}//${hostname}:${port}"]
    user            => "logstash"
    password        => "${key}"
    index           => "checkout"
    action          => "create"
    data_stream     => false
    manage_template => false
    ilm_enabled     => false
  }
}`,
    },
    {
      id: 'elastic',
      label: 'Elasticsearch client',
      file: 'the service, with the package @elastic/elasticsearch',
      note: 'A 429 of a whole request ends the helper with an error: run it again with the same documents.',
      code: `import { Client } from '@elastic/elasticsearch';

const client = new Client({ node: '${origin}', auth: { apiKey: '${key}' }, maxRetries: 10 });
const documents = [{ '@timestamp': new Date().toISOString(), message: 'Hello from bulk' }];

await client.helpers.bulk({
  datasource: documents, // each with its @timestamp
  onDocument: () => ({ create: { _index: 'checkout' } }),
  onDrop: ({ error, document }) => console.error(error, document),
});`,
    },
    {
      id: 'syslog-ng',
      label: 'syslog-ng',
      file: 'syslog-ng.conf',
      note: 'Replace s_src by the name of your source.',
      code: `options { frac-digits(3); };
destination d_breakwater {
  http(
    url("${origin}/api/ingest?service=syslog")
    method("POST")
    headers("Authorization: Bearer ${key}", "Content-Type: application/x-ndjson")
    delimiter("\\n")
    body("$(format-json --scope none ts=$ISODATE message=$MESSAGE level=$LEVEL host=$HOST program=$PROGRAM)")
    batch-lines(500) batch-timeout(1000) workers(2) timeout(10)
    response-action(400 => drop, 413 => drop, 429 => disconnect, 503 => disconnect)
  );
};
log { source(s_src); destination(d_breakwater); flags(flow-control); };`,
    },
    {
      id: 'browser',
      label: 'Browser',
      file: 'a web page',
      note: 'Needs a key that lists the origin of the page. Everybody can read it, so it may only send.',
      code: `const url = '${origin}/api/ingest?key=${key}';
const records = [{ ts: Date.now(), level: 'info', service: 'shop', message: 'Hello from a page' }];

fetch(url, { method: 'POST', body: JSON.stringify(records), keepalive: true });

// While the page goes away:
addEventListener('pagehide', () => navigator.sendBeacon(url, JSON.stringify(records)));`,
    },
    {
      id: 'etl',
      label: 'ETL',
      file: 'a terminal',
      note: 'dataType is JSON, YAML, BINARY (MessagePack or CBOR) or TELEMETRY.',
      code: [
        `curl '${origin}/api/etl/start' \\`,
        `  -H 'Authorization: Bearer ${key}' \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{"dataType":"YAML","payload":"service: checkout\\nmessage: Hello from YAML"}'`,
      ].join('\n'),
    },
  ];
}
