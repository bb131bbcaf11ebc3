"""Static files for production: what is collected, and under which names.

Names contain a hash of the content, and ES modules import each other by those names. Of the packages we use only what
pages ask for is collected: no sources, no source maps, no second editions of the same file.
"""

import re
from collections.abc import Callable, Mapping

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """In INSTALLED_APPS instead of `django.contrib.staticfiles`, of which it is one."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("*.map", "*.scss"),
        # Pages use one stylesheet and one script of it, both minified.
        *("bootstrap/css/bootstrap.css", "bootstrap/css/*.rtl.*", "bootstrap/css/bootstrap-*"),
        *("bootstrap/js/bootstrap.js", "bootstrap/js/bootstrap.min.js", "bootstrap/js/bootstrap.bundle.js"),
        *("bootstrap/js/bootstrap.esm.*", "bootstrap/js/jquery.*"),
        # Pages use two stylesheets of it, both minified, and these one font in two formats.
        *("fontawesome/js/*", "fontawesome/svgs/*", "fontawesome/sprites/*", "fontawesome/webfonts/fa-[!s]*"),
        *("fontawesome/css/[!fs]*", "fontawesome/css/svg-*"),
        *("fontawesome/css/solid.css", "fontawesome/css/fontawesome.css"),
        "ninja/redoc.*",  # /api/docs is Swagger's
        # Outside of development the admin uses the smaller edition of each.
        *("admin/js/vendor/*/jquery.js", "admin/js/vendor/*/select2.full.js", "admin/js/vendor/*/xregexp.js"),
        "admin/css/vendor/*/select2.css",
    ]


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    # Rewrites `import … from "./x.js";` in our modules: relative and ending in a semicolon.
    support_js_module_import_aggregation = True

    def url_converter(
        self, name: str, hashed_files: Mapping[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """Takes out the lines that name a source map: none is collected, and a browser would ask for it."""
        if template is not None and "sourceMappingURL" in template:
            return lambda match: ""
        converter: Callable[[re.Match[str]], str] = super().url_converter(name, hashed_files, template)
        return converter
