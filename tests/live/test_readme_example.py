"""The example in the README is a program that works."""

import re
import subprocess
import sys

from tests.site import ROOT


def test_the_example_buys_two_tickets(site, tmp_path):
    [program] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    program = program.replace("http://127.0.0.1:8000", site.url).replace("http://127.0.0.1:8001", site.sandbox_url)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("confirmed ")
    assert (tmp_path / "ticket.pdf").read_bytes().startswith(b"%PDF-")
