// Streamlit does not look at the address again when somebody goes back: the page is loaded anew.
export default function () {
  if (window.tdscreenGoesBack) return;
  window.tdscreenGoesBack = true;
  window.addEventListener("popstate", () => window.location.reload());
}
