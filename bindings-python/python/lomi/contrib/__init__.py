"""Help for frameworks: webhook views that hand over verified events."""
