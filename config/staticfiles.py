"""Static files for production: file names contain a hash, and ES modules import each other by those names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    # Rewrites `import … from "./x.js";` in our modules: relative and ending in a semicolon.
    support_js_module_import_aggregation = True
