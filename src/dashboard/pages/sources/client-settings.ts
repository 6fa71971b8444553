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

/** Settings of each client, ready to paste. `origin` is this deployment, `https://host`; `key` a key or its placeholder. */
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
        `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
        `OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${key}`,
        'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        'OTEL_EXPORTER_OTLP_COMPRESSION=gzip',
        'OTEL_SERVICE_NAME=checkout',
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
      note: 'Needs the package pino-loki. With pino-opentelemetry-transport take the variables of the OpenTelemetry SDK instead.',
      code: `import pino from 'pino';

export const log = pino({
  transport: {
    target: 'pino-loki',
    options: {
      host: '${origin}',
      basicAuth: { username: 'breakwater', password: '${key}' },
      labels: { service: 'checkout' },
      batching: { interval: 5 },
    },
  },
});`,
    },
    {
      id: 'winston',
      label: 'winston',
      file: 'the logger of the service',
      note: 'Needs the package winston-loki. winston’s own Http transport sends to /api/ingest, one record a request.',
      code: `import winston from 'winston';
import LokiTransport from 'winston-loki';

export const log = winston.createLogger({
  transports: [
    new LokiTransport({
      host: '${origin}',
      basicAuth: 'breakwater:${key}',
      labels: { service: 'checkout' },
      json: true,
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
      token: ${key}`,
    },
    {
      id: 'fluent-bit',
      label: 'Fluent Bit',
      file: 'fluent-bit.conf',
      note: '',
      code: `[OUTPUT]
    Name             http
    Match            *
    Host             ${hostname}
    Port             ${port}
    URI              /api/ingest?service=checkout
    Format           json_lines
    Json_Date_Key    ts
    Json_Date_Format iso8601
    Header           Authorization Bearer ${key}
    Compress         gzip
    tls              ${tls ? 'on' : 'off'}`,
    },
    {
      id: 'alloy',
      label: 'Alloy',
      file: 'config.alloy',
      note: '',
      code: `loki.write "breakwater" {
  endpoint {
    url = "${origin}/loki/api/v1/push"

    basic_auth {
      username = "breakwater"
      password = "${key}"
    }
  }
}`,
    },
    {
      id: 'promtail',
      label: 'Promtail',
      file: 'promtail.yaml',
      note: '',
      code: `clients:
  - url: ${origin}/loki/api/v1/push
    basic_auth:
      username: breakwater
      password: ${key}`,
    },
    {
      id: 'filebeat',
      label: 'Filebeat',
      file: 'filebeat.yml',
      note: 'Templates and lifecycle policies belong to Elasticsearch; here they are switched off.',
      code: `output.elasticsearch:
  hosts: ["${tls ? 'https' : 'http'}://${hostname}:${port}"]
  username: breakwater
  password: "${key}"
  compression_level: 1

setup.ilm.enabled: false
setup.template.enabled: false`,
    },
    {
      id: 'logstash',
      label: 'Logstash',
      file: 'a pipeline of Logstash',
      note: '',
      code: `output {
  elasticsearch {
    hosts => ["${tls ? 'https' : 'http'}://${hostname}:${port}"]
    user => "breakwater"
    password => "${key}"
    index => "logs"
    manage_template => false
    ilm_enabled => false
  }
}`,
    },
    {
      id: 'elastic',
      label: 'Elasticsearch client',
      file: 'the service, with the package @elastic/elasticsearch',
      note: '',
      code: `import { Client } from '@elastic/elasticsearch';

const client = new Client({
  node: '${origin}',
  auth: { username: 'breakwater', password: '${key}' },
});

await client.helpers.bulk({
  datasource: [{ '@timestamp': new Date().toISOString(), message: 'Hello from bulk' }],
  onDocument: () => ({ create: { _index: 'logs' } }),
});`,
    },
    {
      id: 'syslog-ng',
      label: 'syslog-ng',
      file: 'syslog-ng.conf',
      note: 'Replace s_src by the name of your source.',
      code: `destination d_breakwater {
  http(
    url("${origin}/api/ingest")
    method("POST")
    headers("Authorization: Bearer ${key}", "Content-Type: application/x-ndjson")
    body('$(format-json ts=$ISODATE service=$PROGRAM level=$LEVEL message=$MESSAGE attrs.host=$HOST)')
    delimiter("\\n")
    batch-lines(500)
    batch-timeout(1000)
    retries(10)
    workers(2)
  );
};

log { source(s_src); destination(d_breakwater); };`,
    },
    {
      id: 'browser',
      label: 'Browser',
      file: 'a web page',
      note: 'Needs a key that lists the origin of the page. Everybody can read it, so it may only send.',
      code: `const url = '${origin}/api/ingest?key=${key}';
const records = [{ level: 'info', service: 'shop', message: 'Hello from a page' }];

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
