// The page's own script: makes the page and lets it begin.

import { App } from './app.js';
import './colours.css';
import './style.css';
import './said.css';
import './story.css';
import './narrow.css';
import './extras.css';

void new App(document.getElementById('page')!).start();
