"""`python -m fob_mail`, and the `fob-mail` command."""

from fob_mail.cli import main

if __name__ == "__main__":
    main()
