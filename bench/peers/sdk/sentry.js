import { browserTracingIntegration, init } from '@sentry/browser';

init({ dsn: 'https://key@t.example/1', integrations: [browserTracingIntegration()], tracesSampleRate: 1 });
