// One report of Lighthouse on the page that stands in the first argument (JSON), with a cookie of its own.
import {writeFileSync} from 'node:fs';
import lighthouse from 'lighthouse';
import puppeteer from 'puppeteer-core';

const asked = JSON.parse(process.argv[2]);
const browser = await puppeteer.launch({
  executablePath: asked.browser,
  headless: true,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  for (const cookie of asked.cookies) await browser.setCookie(cookie);
  const found = await lighthouse(asked.url, {
    port: Number(new URL(browser.wsEndpoint()).port),
    output: 'json',
    logLevel: 'error',
    onlyCategories: asked.categories,
    disableStorageReset: true, // else the cookie would go
  });
  writeFileSync(asked.out, found.report);
} finally {
  await browser.close();
}
