// When its server is away, Streamlit's frame lays a dialog about terminals over the page, and nothing below can be
// pressed. The recorder says itself that there is no network, keeps what it has and goes on: the dialog is closed.
export function keepUncovered() {
  const closing = new MutationObserver(() => {
    document.querySelector("[role=dialog] button[aria-label=Close]")?.click();
  });
  closing.observe(document.body, { childList: true, subtree: true });
  return () => closing.disconnect();
}
