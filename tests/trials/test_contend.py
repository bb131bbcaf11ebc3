"""`manage.py contend`, small: the command itself, beside the site whose worker settles the same payments."""


def test_a_small_fight_ends_without_doubles_and_says_so(site, live_show):
    ended = site.manage("contend", str(live_show.id), "--locks", "200", "--checkouts", "8", "--processes", "2")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 things lost, doubled or forgotten." in ended.stdout
    assert "held" in ended.stdout and "given up" in ended.stdout


def test_a_show_that_is_not_there_is_one_clear_line(site):
    ended = site.manage("contend", "999999999")

    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
