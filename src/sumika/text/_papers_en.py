"""What the page says of papers, in English."""

PAPERS: dict[str, str] = {
    "papers.no_such": "there is no such paper (any more)",
    "papers.decided": "somebody has decided on it already: load it again",
    "papers.anew": "it was written anew while you read it: read it again",
    "papers.note": "something in it is struck out: say why it is good all the same",
    "papers.busy": "a paper is being written, and takes long; nothing was done: try again in a moment",
    "papers.not_done": "nothing was done: {why}",
    "papers.too_large": "the PDF is too large for the page: `sumika desk show` writes it into a file",
    "papers.no_kind": "there is no such kind of paper",
    "papers.no_day": "this is no day of which there could be papers",
    "papers.too_many": "enough papers are waiting to be written: wait until they are",
    "page.refused.no_desk": "this house does no paperwork yet",
    "page.remedy.no_desk": "Write `desk: {{}}` into house.yaml, install sumika[desk], and start the house again.",
    "page.refused.paper_person": "only a person can approve or refuse a paper, no machine",
    "page.refused.no_paper": "there is no such paper",
}
