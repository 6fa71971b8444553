import './styles/index.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { loadSession } from './state/session.ts';

// After a deployment the file names of an older page are gone: load the page that knows the new ones, once.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('breakwater.reloaded') === document.lastModified) return;
  sessionStorage.setItem('breakwater.reloaded', document.lastModified);
  event.preventDefault();
  window.location.reload();
});

const root = document.getElementById('app');
if (root) render(<App />, root);
void loadSession();
