/** What a partner pastes. */
import { html, render } from 'lit';

const SNIPPET = `<script type="module" src="/assets/destination-oauth.min.js"></script>

<destination-oauth
  account-id="YOUR_DESTINATION_ACCOUNT_ID"
  proxy-url="/api/destination-oauth"
></destination-oauth>

<script type="module">
  document.addEventListener('oauth-authorized', (event) => {
    console.log(event.accountId, 'may receive segments now');
  });
</script>`;

export function showSnippet(root: HTMLElement): void {
  let said = '';
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(SNIPPET);
      said = 'Copied';
    } catch {
      said = 'Select the text and copy it';
    }
    update();
  };
  const update = (): void => {
    render(
      html`<div class="code" dir="ltr">
        <pre tabindex="0" role="group" aria-label="HTML to paste"><code>${SNIPPET}</code></pre>
        <button class="btn copy" type="button" @click=${copy}>${said || 'Copy'}</button>
        <span class="visually-hidden" role="status">${said}</span>
      </div>`,
      root,
    );
  };
  update();
}
