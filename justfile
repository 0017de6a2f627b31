# Shortcuts; each line is what you would type.

# the list of these
default:
    @just --list

# nine weeks of the sample world, offline
demo:
    cargo run --release -- demo

# formatting, lints, all tests
test:
    scripts/test

# the pictures of the README, from the demo's edition
pictures:
    scripts/pictures
