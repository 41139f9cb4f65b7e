"""Campaigns: folders of links with default UTM parameters and dates."""
