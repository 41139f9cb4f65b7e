from deploy.reference import PAGE, settings_page


def test_the_page_of_settings_is_what_the_code_reads() -> None:
    assert PAGE.read_text() == settings_page(), "run `make docs`"
