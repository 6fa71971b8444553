import { init } from '../../../src/sdk/index.ts';

init({ key: 'bw_x', url: 'https://t.example' });
