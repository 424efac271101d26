"""Pages on which a camera reads labels."""

from csp.decorators import csp_update

# zxing-wasm is compiled by the browser (static/js/camera.js); nothing else may be, and on no other page.
reads_labels = csp_update({"script-src": ["'wasm-unsafe-eval'"]})
