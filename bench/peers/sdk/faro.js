import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk';

initializeFaro({ url: 'https://t.example/collect', app: { name: 'shop' }, instrumentations: getWebInstrumentations() });
