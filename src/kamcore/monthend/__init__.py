"""The end of a month (月结) over a folder: exports and forms in, reports, letters and drafts out.

Steps are values (`kamcore.monthend.step.Step`): a name, what they need, how they run.  A step
whose inputs did not change since the last run is not run again; one that fails stops only those
that need it.
"""
