import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals/attribution';

const send = (metric) => navigator.sendBeacon('https://t.example', JSON.stringify(metric));
for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(send);
